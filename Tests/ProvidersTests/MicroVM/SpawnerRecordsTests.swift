import AgentCore
import Foundation
import Testing
import Vocabulary

@testable import Providers

/// What a spawner's records say of our own entries.
@Suite("Records of a spawner")
struct SpawnerRecordsTests {
    private typealias Endpoint = ScriptedHTTP.Endpoint

    /// An entry of just now.
    private func entry(in scene: ProviderScene, id: String?) async throws -> ResourceLedger.Entry {
        let recorder = ResourceRecorder(
            ledger: scene.ledger, provider: "microvm", url: scene.provider.controlPlane, suffix: "aa")
        try await recorder.willCreate("vm", marks: [:], within: .seconds(60))
        if let id { try await recorder.didCreate("vm", id: id) }
        return try #require(await scene.ledger.open.first)
    }

    @Test("a VM that the ledger accounts for is nobody's leftover")
    func known() async throws {
        let rows = #"[{"id":"vm-1","ip":"10.0.0.1"},{"id":"vm-2","ip":"10.0.0.2"}]"#
        let scene = try ProviderScene(
            "microvm",
            [
                Endpoint("GET", "/healthz"): [.status(200, #"{"ok":true}"#)],
                Endpoint("GET", "/vms"): [.status(200, rows)],
            ])
        let intent = try await entry(in: scene, id: nil)
        let found = try await scene.provider.findLeftovers(of: intent, known: ["vm-1"])
        #expect(found.map(\.resource.id) == ["vm-2"])
    }

    @Test(
        "where rows cannot be read, what is not found may be one of them",
        arguments: [
            (#"[{"id":7}]"#, true), (#"[{"ID":"vm-1"}]"#, true), (#"[{"id":"a/b"}]"#, true), ("[7]", true),
            ("[null]", false), ("[]", false), (#"[{"id":7},{"id":"vm-2"}]"#, false),
        ])
    func unreadable(rows: String, isUnclear: Bool) async throws {
        let scene = try ProviderScene(
            "microvm",
            [
                Endpoint("GET", "/healthz"): [.status(200, #"{"ok":true}"#)],
                Endpoint("GET", "/vms"): [.status(200, rows)],
            ])
        let intent = try await entry(in: scene, id: nil)
        if isUnclear {
            let error = await #expect(throws: ProviderError.self) {
                try await scene.provider.findLeftovers(of: intent, known: [])
            }
            #expect(error?.failure.message.contains("1 of its rows cannot be read") ?? false)
            #expect(error?.failure.hints.first?.contains("/vms") ?? false)
        } else {
            _ = try await scene.provider.findLeftovers(of: intent, known: [])
        }
        let fly = try ProviderScene("fly", [Endpoint("GET", "/volumes"): [.status(200, rows)]])
        let recorder = ResourceRecorder(
            ledger: fly.ledger, provider: "fly", url: fly.provider.controlPlane, suffix: "aa")
        try await recorder.willCreate("volume", marks: [:], within: .seconds(60))
        let volume = try #require(await fly.ledger.open.first)
        // A row of somebody else's says nothing about ours.
        if rows.contains("7") || isUnclear {
            await #expect(throws: ProviderError.self) {
                try await fly.provider.findLeftovers(of: volume, known: [])
            }
        } else {
            #expect(try await fly.provider.findLeftovers(of: volume, known: []).isEmpty)
        }
    }

    @Test("a spawner's clock that is an hour ahead makes our VM nobody else's")
    func ahead() async throws {
        let later = Date(timeIntervalSinceNow: 3600).formatted(.iso8601)
        let scene = try ProviderScene(
            "microvm",
            [
                Endpoint("GET", "/healthz"): [.status(200, #"{"ok":true,"now":"\#(later)"}"#)],
                Endpoint("GET", "/vms/vm-1"): [
                    .status(200, #"{"id":"vm-1","ip":"10.0.0.1","created_at":"\#(later)"}"#)
                ],
            ])
        let entry = try await entry(in: scene, id: "vm-1")
        #expect(try await scene.provider.isStillOurs(entry))
    }

    @Test(
        "after which statuses the server may still be at work",
        arguments: [
            (408, true), (502, true), (503, true), (524, true), (500, false), (501, false), (400, false),
        ])
    func atWork(status: Int, isAtWork: Bool) {
        let request = HTTPRequest("POST", "http://127.0.0.1:1/vms", timeout: .seconds(1), purpose: "create")
        let failure = HTTPFailure(request, .status(status, body: "", refusal: nil))
        #expect(failure.leavesServerAtWork == isAtWork)
    }
}
