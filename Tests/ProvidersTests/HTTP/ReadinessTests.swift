import AgentCore
import Cryptography
import Testing
import Vocabulary

@testable import Providers

@Suite("Waiting until an agent is ready")
struct ReadinessTests {
    private typealias Endpoint = ScriptedHTTP.Endpoint
    private typealias Answer = SequencedHTTP.Answer

    static let passing: [SequencedHTTP.Answer] = [
        .status(408, #"{"error":"deadline exceeded"}"#), .status(500, #"{"error":"reset"}"#),
        .status(500, "<title>1101</title>"), .status(502, "<html>"), .status(520, "error code: 520"),
        .silence,
    ]

    private func agent(_ id: String) throws -> ProvisionedAgent {
        ProvisionedAgent(
            id: id, publicKey: try Secp256k1SecretKey(hex: ProviderScene.secretKey).publicKey, detail: "",
            fields: [:], resources: [])
    }

    @Test("passing trouble passes: Fly", arguments: passing)
    func fly(answer: SequencedHTTP.Answer) async throws {
        let scene = try ProviderScene(
            "fly",
            [
                Endpoint("GET", "/machines/m1/wait"): [answer, answer, .status(200, #"{"ok":true}"#)],
                Endpoint("GET", "/machines/m1"): [.status(200, #"{"id":"m1","state":"created"}"#)],
            ])
        try await scene.provider.awaitReadiness(of: agent("m1"))
    }

    @Test("passing trouble passes, and is told once: Workers", arguments: passing)
    func workers(answer: SequencedHTTP.Answer) async throws {
        let agent = try agent("a-1")
        let ready = #"{"id":"a-1","bot_pubkey":"\#(agent.publicKey.hex)","key_package_published_at_ms":5}"#
        let scene = try ProviderScene(
            "workers", [Endpoint("GET", "/agents/a-1"): [answer, answer, answer, .status(200, ready)]])
        try await scene.provider.awaitReadiness(of: agent)
        #expect(scene.warnings.count <= 1)
    }

    @Test(
        "a machine that has ended is not waited for",
        arguments: ["stopping", "stopped", "suspending", "suspended", "destroyed", "failed"])
    func ended(state: String) async throws {
        let scene = try ProviderScene(
            "fly",
            [
                Endpoint("GET", "/machines/m1/wait"): [.status(408, #"{"error":"deadline exceeded"}"#)],
                Endpoint("GET", "/machines/m1"): [.status(200, #"{"id":"m1","state":"\#(state)"}"#)],
            ])
        let error = await #expect(throws: ProviderError.self) {
            try await scene.provider.awaitReadiness(of: agent("m1"))
        }
        #expect(error?.failure.code == .notReady)
    }

    @Test("what is no passing trouble ends the wait", arguments: [400, 401, 404, 501])
    func refused(status: Int) async throws {
        let scene = try ProviderScene(
            "workers", [Endpoint("GET", "/agents/a-1"): [.status(status, #"{"error":"no"}"#)]])
        await #expect(throws: HTTPFailure.self) { try await scene.provider.awaitReadiness(of: agent("a-1")) }
        #expect(scene.http.requests.count == 1)
    }

    @Test("an answer with another key, or about another agent, ends the wait")
    func another() async throws {
        let agent = try agent("a-1")
        let other = String(repeating: "22", count: 32)
        for (id, key, words) in [("a-1", other, "bot pubkey mismatch"), ("a-2", agent.publicKey.hex, "a-2")] {
            let answer = #"{"id":"\#(id)","bot_pubkey":"\#(key)","key_package_published_at_ms":5}"#
            let scene = try ProviderScene("workers", [Endpoint("GET", "/agents/a-1"): [.status(200, answer)]])
            let error = await #expect(throws: ProviderError.self) {
                try await scene.provider.awaitReadiness(of: agent)
            }
            #expect(error?.failure.message.contains(words) ?? false)
        }
    }
}
