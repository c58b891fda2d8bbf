import AgentCore
import Cryptography
import Foundation
import Nostr
import TestSupport
import Testing
import Vocabulary

@testable import Providers

/// A ledger that can no longer be written once something has been created.
@Suite("Creations that the ledger cannot record")
struct LedgerFailureTests {
    private typealias Endpoint = ScriptedHTTP.Endpoint

    /// Takes the ledger's folder away while a creation is answered.
    private struct Breaking: HTTPClient {
        let inner: SequencedHTTP
        let path: String
        let directory: String

        func send(_ request: HTTPRequest) async throws -> HTTPResponse {
            if request.method == "POST", request.url.hasSuffix(path) {
                try FileManager.default.removeItem(atPath: directory)
            }
            return try await inner.send(request)
        }
    }

    private static let key = (try? Secp256k1SecretKey(hex: ProviderScene.secretKey))?.publicKey.hex ?? ""
    private static let answers: [ScriptedHTTP.Endpoint: [SequencedHTTP.Answer]] = [
        Endpoint("POST", "/volumes"): [.status(200, #"{"id":"vol_1"}"#)],
        Endpoint("POST", "/machines"): [.status(200, #"{"id":"m1"}"#)],
        Endpoint("DELETE", "/volumes/vol_1"): [.status(200, "{}")],
        Endpoint("DELETE", "/machines/m1"): [.status(200, "{}")],
        Endpoint("GET", "/healthz"): [.status(200, #"{"ok":true}"#)],
        Endpoint("POST", "/vms"): [.status(200, #"{"id":"vm-1","ip":"10.0.0.2"}"#)],
        Endpoint("DELETE", "/vms/vm-1"): [.status(204, "")],
        Endpoint("GET", "/health"): [.status(200, #"{"ok":true}"#)],
        Endpoint("POST", "/agents"): [.status(201, #"{"id":"agent-00112233","bot_pubkey":"\#(key)"}"#)],
    ]

    private func failure(_ name: String, at path: String, _ http: SequencedHTTP) async throws -> Failure {
        let folder = TemporaryDirectory()
        let directory = folder.file("state")
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let client = Breaking(inner: http, path: path, directory: directory)
        let description = try #require(ProviderCatalogue.all(http: client).first { $0.name == name })
        let variables = ["FLY_API_TOKEN": "t", "ANTHROPIC_API_KEY": "k"]
        let provider = try description.make(
            ParameterSet(description.parameters, given: [:], environment: variables),
            ProviderEnvironment(variables: variables, clock: ImpatientClock(pauses: 40), log: EventLog()))
        let ledger = try ResourceLedger(path: directory + "/ledger.ndjson") { 0 }
        let botKey = try Secp256k1SecretKey(hex: ProviderScene.secretKey)
        let error = await #expect(throws: (any Error).self) {
            try await provider.provision(
                ProvisionRequest(
                    botKey: botKey, owner: botKey.publicKey, relays: [try RelayURL("ws://127.0.0.1:1")],
                    name: nil,
                    suffix: ProviderScene.suffix),
                ledger: ResourceRecorder(
                    ledger: ledger, provider: name, url: provider.controlPlane, suffix: ProviderScene.suffix))
        }
        return Failure(try #require(error))
    }

    @Test(
        "are removed again, with what was created before",
        arguments: [
            ("fly", "/volumes", ["/volumes/vol_1"]),
            ("fly", "/machines", ["/machines/m1", "/volumes/vol_1"]),
            ("microvm", "/vms", ["/vms/vm-1"]),
        ])
    func removed(provider: String, path: String, removed: [String]) async throws {
        let http = SequencedHTTP(Self.answers)
        let failure = try await failure(provider, at: path, http)
        #expect(failure.message.contains("ledger.ndjson"), "\(failure)")
        let removals = http.requests.filter { $0.hasPrefix("DELETE") }
        #expect(removals.count == removed.count)
        #expect(zip(removals, removed).allSatisfy { $0.hasSuffix($1) }, "\(removals)")
    }

    @Test("where nothing can be removed, what is left is told")
    func told() async throws {
        let failure = try await failure("workers", at: "/agents", SequencedHTTP(Self.answers))
        #expect(failure.message.contains("ledger.ndjson") && !failure.isRetryable, "\(failure)")
        #expect(failure.hints.contains { $0.contains("agent-00112233 is still active") }, "\(failure)")
    }
}
