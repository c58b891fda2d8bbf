import Vocabulary
import Cryptography
import Foundation
import Marmot
import Mocks
import Nostr
import TestSupport

@testable import AgentCore

/// A session and a mock agent, in one group over a relay of their own.
enum SessionWorld {
    static func with(
        _ behaviour: MockAgent.Behaviour, _ body: (AgentSession) async throws -> Void
    ) async throws {
        let directory = TemporaryDirectory()
        let relay = try EmbeddedRelay()
        await relay.start()
        let key = try Secp256k1SecretKey.random(from: SystemRandom())
        let agent = try MockAgent(key: key, relays: [relay.url], owner: nil, behaviour: behaviour)
        let life = Task { try await agent.run() }
        let pool = RelayPool([relay.url], environment: RelayEnvironment()) { _ in }
        await pool.start()
        let session = AgentSession(
            name: "main",
            environment: SessionEnvironment(
                client: try MarmotClient(
                    key: Secp256k1SecretKey.random(from: SystemRandom()), store: NoAccountStore(),
                    random: SystemRandom(), now: { Int64(Date().timeIntervalSince1970) }),
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
}
