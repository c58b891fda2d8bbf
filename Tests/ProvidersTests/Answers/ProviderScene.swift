import AgentCore
import Cryptography
import Foundation
import Nostr
import Synchronization
import Testing
import Vocabulary

@testable import Providers

/// One provider over prepared answers, with its ledger and what it told.
final class ProviderScene: Sendable {
    static let suffix = "00112233"
    static let secretKey = String(repeating: "11", count: 32)

    let http: SequencedHTTP
    let provider: any Provider
    let ledger: ResourceLedger
    private let told = Mutex<[LogEvent]>([])

    init(
        _ name: String, _ answers: [ScriptedHTTP.Endpoint: [SequencedHTTP.Answer]],
        given: [String: String] = [:]
    ) throws {
        let http = SequencedHTTP(answers)
        self.http = http
        let description = try #require(ProviderCatalogue.all(http: http).first { $0.name == name })
        let log = EventLog()
        let variables = ["FLY_API_TOKEN": "t", "ANTHROPIC_API_KEY": "k"]
        provider = try description.make(
            ParameterSet(description.parameters, given: given, environment: variables),
            ProviderEnvironment(variables: variables, clock: ImpatientClock(pauses: 40), log: log))
        ledger = try ResourceLedger(path: nil) { Int64(Date().timeIntervalSince1970 * 1000) }
        log.listen { [weak self] record in self?.told.withLock { $0.append(record.event) } }
    }

    var warnings: [String] { told.withLock { $0.filter { $0.name == "warning" }.map(\.text) } }

    func provision() async throws -> ProvisionedAgent {
        let botKey = try Secp256k1SecretKey(hex: Self.secretKey)
        return try await provider.provision(
            ProvisionRequest(
                botKey: botKey, owner: botKey.publicKey, relays: [try RelayURL("ws://127.0.0.1:1")],
                name: nil,
                suffix: Self.suffix),
            ledger: ResourceRecorder(
                ledger: ledger, provider: provider.name, url: provider.controlPlane, suffix: Self.suffix))
    }

    func failure() async throws -> Failure {
        let error = await #expect(throws: (any Error).self) { _ = try await provision() }
        return Failure(try #require(error))
    }

    /// Change and id of each open entry.
    var open: [String] {
        get async { await ledger.open.map { "\($0.change.rawValue) \($0.id ?? "-")" } }
    }
}
