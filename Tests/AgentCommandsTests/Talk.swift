import AgentCore
import Cryptography
import Foundation
import Marmot
import Mocks
import Nostr
import TestSupport
import Vocabulary

@testable import AgentCommands

/// A sitting in a group with somebody whose every word the test says, over a relay on this machine.
struct Talk: Sendable {
    let sitting: Sitting
    let peer: MarmotClient
    let peerPool: RelayPool
    let group: MarmotGroup

    var host: FakeHost { sitting.host }
    var client: MarmotClient { host.workspace.environment.client }

    private static func now() -> Int64 { Int64(Date().timeIntervalSince1970) }

    static func with(_ body: (Talk) async throws -> Void) async throws {
        let relay = try EmbeddedRelay()
        await relay.start()
        let host = try FakeHost(relays: [relay.url])
        let peer = try MarmotClient(
            key: Secp256k1SecretKey.random(from: SystemRandom()), store: NoAccountStore(),
            random: SystemRandom(), now: { now() })
        let peerPool = RelayPool([relay.url], environment: RelayEnvironment()) { _ in }
        await peerPool.start()
        let outcome: Result<Void, any Error>
        do {
            let group = try await group("talk", host, peer, relay.url)
            let talk = Talk(sitting: Sitting(host), peer: peer, peerPool: peerPool, group: group)
            try await talk.sitting.run("group use talk")
            try await body(talk)
            outcome = .success(())
        } catch { outcome = .failure(error) }
        await host.close()
        await peerPool.stop(grace: .zero)
        await relay.stop()
        try outcome.get()
    }

    private static func group(_ name: String, _ host: FakeHost, _ peer: MarmotClient, _ relay: RelayURL)
        async throws -> MarmotGroup
    {
        let offer = try KeyPackageEvent(try await peer.makeKeyPackage(relays: [relay])[0], now: now())
        let client = host.workspace.environment.client
        let (group, welcomes) = try await client.createGroup(
            inviting: [offer], name: name, description: "", relays: [relay], admins: [client.publicKey])
        for welcome in welcomes {
            _ = try await peer.accept(wrap: client.wrap(welcome))
            try await client.delivered(welcome, of: group.id)
        }
        return group
    }

    /// One more group of us two.
    func another(_ name: String) async throws -> MarmotGroup {
        try await Self.group(name, host, peer, host.workspace.environment.pool.relays[0])
    }

    /// An event with a message of the peer.
    func event(_ text: String) async throws -> Event {
        try await peer.encrypt(text, kind: .chatMessage, in: group.id).event
    }

    /// The peer says something.
    func hear(_ text: String) async throws {
        try await peerPool.publish(try await event(text), within: .seconds(10))
    }

    /// Returns once the session in use knows so many replies.
    func heard(_ count: Int) async throws {
        let session = try await host.sessions.session(named: nil)
        try await withDeadline(.seconds(30), clock: ContinuousClock()) {
            for await _ in await session.activity() where await session.replies(from: 0).count >= count {
                return
            }
        }
    }
}
