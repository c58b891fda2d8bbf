import Vocabulary
import Cryptography
import Foundation
import Marmot
import Mocks
import Nostr
import TestSupport
import Testing

@testable import AgentCore

@Suite("going on in a group")
struct ResumeGroupTests {
    private static let now: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }

    private struct Scene {
        let relay: EmbeddedRelay
        let pool: RelayPool
        let environment: SessionEnvironment
        let peer: MarmotClient
    }

    private static func client() throws -> MarmotClient {
        try MarmotClient(
            key: Secp256k1SecretKey.random(from: SystemRandom()), store: NoAccountStore(),
            random: SystemRandom(), now: now)
    }

    /// - Parameter limit: for a test in which no relay will answer; long enough for a busy machine elsewhere.
    private static func environment(
        _ client: MarmotClient, _ pool: RelayPool, catchUp limit: Duration = .seconds(20)
    ) throws -> SessionEnvironment {
        var limits = SessionLimits()
        limits.catchUp = limit
        return SessionEnvironment(
            client: client, pool: pool, keyPackagePool: pool, ledger: try ResourceLedger(path: nil) { 0 },
            log: EventLog(), limits: limits)
    }

    /// A session made a group with `peer`, which has joined, and ended.
    private func withGroup(_ body: (Scene) async throws -> Void) async throws {
        let relay = try EmbeddedRelay()
        await relay.start()
        let pool = RelayPool([relay.url], environment: RelayEnvironment()) { _ in }
        await pool.start()
        let environment = try Self.environment(Self.client(), pool)
        let peer = try Self.client()
        let outcome: Result<Void, any Error>
        do {
            for event in try await peer.makeKeyPackage(relays: [relay.url]) {
                try await pool.publish(event, within: .seconds(10))
            }
            let session = AgentSession(name: "first", environment: environment)
            try await session.attach(to: peer.publicKey)
            _ = try await session.awaitKeyPackage(within: .seconds(20))
            _ = try await session.createGroup(name: nil)
            await session.close()
            let wraps = try await pool.fetch([Filter(kinds: [.giftWrap])], within: .seconds(10)) {
                !$0.isEmpty
            }
            _ = try await peer.accept(wrap: try #require(wraps.first))
            try await body(Scene(relay: relay, pool: pool, environment: environment, peer: peer))
            outcome = .success(())
        } catch { outcome = .failure(error) }
        await pool.stop()
        await relay.stop()
        try outcome.get()
    }

    /// What happened meanwhile is known before anything is sent.
    @Test("a change is made on top of what others did meanwhile")
    func catchesUp() async throws {
        try await withGroup { scene in
            let group = try #require(await scene.peer.groups.first)
            for _ in 0..<3 {
                let pending = try await scene.peer.prepare(.updateKeys, in: group.id)
                try await scene.pool.publish(pending.event, within: .seconds(10))
                _ = try await scene.peer.confirm(pending.event.id, in: group.id)
            }
            let session = AgentSession(name: "again", environment: scene.environment)
            #expect(try await session.resumeGroup(nil).mls.epoch == 4)
            let changed = try await session.change(.rename(name: "new", description: nil), as: "group rename")
            #expect(changed.mls.epoch == 5 && changed.data.name == "new")
            await session.close()
        }
    }

    @Test("nothing is sent where the group does not meet")
    func elsewhere() async throws {
        try await withGroup { scene in
            let other = try EmbeddedRelay()
            await other.start()
            let pool = RelayPool([other.url], environment: RelayEnvironment()) { _ in }
            await pool.start()
            let session = AgentSession(
                name: "lost", environment: try Self.environment(scene.environment.client, pool))
            let failure = await #expect(throws: Failure.self) { try await session.resumeGroup(nil) }
            #expect(failure?.code == .usage && failure?.message.contains(scene.relay.url.text) ?? false)
            #expect(failure?.hints.first?.contains("--relay \(scene.relay.url.text)") ?? false)
            await pool.stop()
            await other.stop()
        }
    }

    @Test("while no relay of the group answers nothing is sent; looking is possible")
    func silent() async throws {
        try await withGroup { scene in
            await scene.relay.stop()
            let pool = RelayPool([scene.relay.url], environment: RelayEnvironment()) { _ in }
            await pool.start()
            let session = AgentSession(
                name: "blind",
                environment: try Self.environment(
                    scene.environment.client, pool, catchUp: .milliseconds(300)))
            let group = try await session.resumeGroup(nil)
            let failure = await #expect(throws: Failure.self) { try await session.say("lost") }
            #expect(failure?.code == .unreachable, "\(failure.map { "\($0)" } ?? "")")
            #expect(try await session.group(for: "test").mls.nextOwnGeneration == group.mls.nextOwnGeneration)
            await session.close()
            await pool.stop()
        }
    }

    @Test("a Welcome that no relay has taken yet is delivered by the next run")
    func owedWelcome() async throws {
        let relay = try EmbeddedRelay()
        await relay.start()
        let pool = RelayPool([relay.url], environment: RelayEnvironment()) { _ in }
        await pool.start()
        let (owner, peer) = (try Self.client(), try Self.client())
        let offer = try KeyPackageEvent(
            try await peer.makeKeyPackage(relays: [relay.url])[0], now: Self.now())
        // The run ended here: the group is stored, nothing went out.
        let (group, _) = try await owner.createGroup(
            inviting: [offer], name: "g", description: "", relays: [relay.url],
            admins: [owner.publicKey, peer.publicKey])
        let session = AgentSession(name: "next", environment: try Self.environment(owner, pool))
        _ = try await session.resumeGroup(nil)
        let wraps = try await pool.fetch([Filter(kinds: [.giftWrap])], within: .seconds(10)) { !$0.isEmpty }
        #expect(try await peer.accept(wrap: try #require(wraps.first))?.id == group.id)
        #expect(await owner.undeliveredWelcomes(of: group.id).isEmpty)
        await session.close()
        await pool.stop()
        await relay.stop()
    }

    /// The wait for the end of the backlog stands behind the event that began it.
    @Test("a member's wish to leave in the backlog holds nothing up, and is granted")
    func leaveInBacklog() async throws {
        try await withGroup { scene in
            let group = try #require(await scene.peer.groups.first)
            let key = scene.peer.publicKey
            let first = AgentSession(name: "first", environment: scene.environment)
            _ = try await first.resumeGroup(nil)
            _ = try await first.change(.demote(key), as: "group demote")
            await first.close()
            for event in try await scene.pool.fetch(
                [Filter(kinds: [.groupEvent])], within: .seconds(10)
            ).reversed() { _ = try await scene.peer.receive(event) }
            try await scene.pool.publish(try await scene.peer.leave(group.id), within: .seconds(10))
            let session = AgentSession(name: "again", environment: scene.environment)
            _ = try await session.resumeGroup(nil)
            try await withDeadline(.seconds(20), clock: ContinuousClock()) {
                for await _ in await session.activity() {
                    if try await session.group(for: "test").members.count == 1 { break }
                }
            }
            _ = try await session.say("alone")
            await session.close()
        }
    }

    @Test("an interrupted wait for the backlog is not the end of it")
    func interrupted() async throws {
        try await withGroup { scene in
            await scene.relay.stop()
            let pool = RelayPool([scene.relay.url], environment: RelayEnvironment()) { _ in }
            await pool.start()
            let session = AgentSession(
                name: "blind",
                environment: try Self.environment(
                    scene.environment.client, pool, catchUp: .milliseconds(300)))
            let work = Task { try await session.resumeGroup(nil) }
            while await session.state.groupID == nil { await Task.yield() }
            work.cancel()
            _ = await work.result
            let failure = await #expect(throws: Failure.self) { try await session.say("lost") }
            #expect(failure?.code == .unreachable, "\(failure.map { "\($0)" } ?? "")")
            await session.close()
            await pool.stop()
        }
    }

    @Test("a group that cannot be used does not cost the one in use")
    func failingUse() async throws {
        try await withGroup { scene in
            let (other, _) = try await scene.environment.client.createGroup(
                inviting: [], name: "elsewhere", description: "", relays: [RelayURL("ws://127.0.0.1:1")],
                admins: [scene.environment.client.publicKey])
            let session = AgentSession(name: "again", environment: scene.environment)
            let group = try #require(await scene.peer.groups.first)
            _ = try await session.resumeGroup(group.nostrGroupIDHex)
            await #expect(throws: Failure.self) { try await session.resumeGroup(other.nostrGroupIDHex) }
            let (event, _) = try await scene.peer.encrypt("still here", in: group.id)
            try await scene.pool.publish(event, within: .seconds(10))
            try await withDeadline(.seconds(20), clock: ContinuousClock()) {
                for await _ in await session.activity() where await !session.replies(from: 0).isEmpty {
                    return
                }
            }
            #expect(await session.replies(from: 0).map(\.text) == ["still here"])
            await session.close()
        }
    }
}
