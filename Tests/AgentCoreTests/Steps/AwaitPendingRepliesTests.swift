import Cryptography
import Foundation
import Marmot
import Mocks
import Nostr
import TestSupport
import Testing

@testable import AgentCore

/// A session with a mock agent over a relay of its own.
@Suite("awaiting pending replies")
struct AwaitPendingRepliesTests {
    private let directory = TemporaryDirectory()

    private func withSession(_ faults: Faults?, _ body: (AgentSession) async throws -> Void) async throws {
        let relay = try EmbeddedRelay()
        await relay.start()
        let key = try Secp256k1SecretKey.random(from: SystemRandom())
        let agent = try MockAgent(
            key: key, relays: [relay.url], owner: nil,
            behaviour: .init(rules: { ReplyRules() }, faults: faults))
        let life = Task { try await agent.run() }
        let pool = RelayPool([relay.url], environment: RelayEnvironment()) { _ in }
        await pool.start()
        let owner = try Secp256k1SecretKey.random(from: SystemRandom())
        let session = AgentSession(
            name: "main",
            environment: SessionEnvironment(
                client: try MarmotClient(
                    key: owner, store: NoAccountStore(), random: SystemRandom(),
                    now: { Int64(Date().timeIntervalSince1970) }),
                pool: pool, keyPackagePool: pool,
                ledger: try ResourceLedger(path: directory.file("ledger.ndjson")) { 0 }, log: EventLog()))
        let outcome: Result<Void, any Error>
        do {
            try await session.attach(to: key.publicKey)
            _ = try await session.awaitKeyPackage(within: .seconds(20))
            _ = try await session.createGroup(name: nil)
            try await body(session)
            outcome = .success(())
        } catch { outcome = .failure(error) }
        await session.close()
        await pool.stop()
        life.cancel()
        _ = await life.result
        await relay.stop()
        try outcome.get()
    }

    @Test("ends with the last reply")
    func replies() async throws {
        try await withSession(nil) { session in
            try await session.awaitPendingReplies(within: .seconds(20))
            for text in ["one", "two"] { _ = try await session.say(text) }
            try await session.awaitPendingReplies(within: .seconds(20))
            #expect(await session.replies(from: 0).map(\.text).sorted() == ["echo: one", "echo: two"])
        }
    }

    @Test("fails in the contract's words when a reply is missing")
    func missing() async throws {
        let faults = Faults()
        await faults.add(FaultRule(.agent, .drop))
        try await withSession(faults) { session in
            _ = try await session.say("hello")
            let failure = await #expect(throws: Failure.self) {
                try await session.awaitPendingReplies(within: .milliseconds(100))
            }
            #expect(failure?.code == .timeout)
            #expect(failure?.message == "timed out waiting for agent relay reply")
            #expect(failure?.hints == ["1 of 1 messages got no answer within 100ms"])
        }
    }
}
