import Cryptography
import MLS
import Nostr
import Synchronization
import TestSupport
import Testing

@testable import Marmot

/// Keeps encoded states like files, so that a client can be started again from them.
final class MemoryStore: AccountStore {
    private let groups = Mutex<[[UInt8]: [UInt8]]>([:])
    private let keyPackages = Mutex<[OwnKeyPackage]>([])

    func loadKeyPackages() -> [OwnKeyPackage] { keyPackages.withLock { $0 } }
    func loadGroups() throws -> [MarmotGroup] {
        try groups.withLock { try $0.values.map { try MarmotGroup(decoding: $0) } }
    }
    func save(_ packages: [OwnKeyPackage]) { keyPackages.withLock { $0 = packages } }
    func save(_ group: MarmotGroup) { groups.withLock { $0[group.id] = group.encoded } }
}

/// A clock that the test turns.
final class SceneTime: Sendable {
    private let seconds = Mutex<Int64>(1_800_000_000)
    var now: Int64 { seconds.withLock { $0 } }
    func pass(_ count: Int64 = 1) { seconds.withLock { $0 += count } }
}

struct SceneMember {
    let key: Secp256k1SecretKey
    let store: MemoryStore
    var client: MarmotClient
    var publicKey: XOnlyKey { key.publicKey }
}

/// Several members of one group, at a time that the test turns.
protocol GroupScene {
    var time: SceneTime { get }
}

extension GroupScene {
    var relays: [RelayURL] { MarmotGroupTests.relays }

    func member(_ key: Secp256k1SecretKey, restarting old: SceneMember? = nil) throws -> SceneMember {
        let time = time
        let store = old?.store ?? MemoryStore()
        return SceneMember(
            key: key, store: store,
            client: try MarmotClient(
                key: key, store: store, random: SeededRandom("\(key.publicKey.hex) \(time.now)"),
                now: { time.now }))
    }

    func restart(_ member: inout SceneMember) throws {
        time.pass()
        member = try self.member(member.key, restarting: member)
    }

    func offer(_ member: SceneMember) async throws -> KeyPackageEvent {
        try KeyPackageEvent(try await member.client.makeKeyPackage(relays: relays)[0], now: time.now)
    }

    /// Alice, Bob and Carol in one group; Alice and Bob are admins.
    func trio() async throws -> (alice: SceneMember, bob: SceneMember, carol: SceneMember, group: [UInt8]) {
        let (alice, bob, carol) = (
            try member(TestKeys.alice), try member(TestKeys.bob), try member(TestKeys.carol)
        )
        let invitees = [try await offer(bob), try await offer(carol)]
        let (group, welcomes) = try await alice.client.createGroup(
            inviting: invitees, name: "g", description: "", relays: relays,
            admins: [alice.publicKey, bob.publicKey])
        for (member, welcome) in zip([bob, carol], welcomes) {
            #expect(try await member.client.accept(wrap: alice.client.wrap(welcome))?.id == group.id)
            try await alice.client.delivered(welcome, of: group.id)
        }
        return (alice, bob, carol, group.id)
    }

    @discardableResult
    func change(_ change: GroupChange, by member: SceneMember, in group: [UInt8]) async throws -> Event {
        time.pass()
        let pending = try await member.client.prepare(change, in: group)
        #expect(try await member.client.confirm(pending.event.id, in: group).0 == .inForce)
        return pending.event
    }

    func reception(_ event: Event, _ member: SceneMember) async throws -> GroupReception? {
        try await member.client.receive(event).first?.result.get()
    }

    func isTalking(_ members: [SceneMember], in group: [UInt8]) async throws -> Bool {
        for sender in members {
            time.pass()
            let (event, _) = try await sender.client.encrypt("from \(sender.publicKey.hex)", in: group)
            for receiver in members where receiver.publicKey != sender.publicKey {
                guard case .message(_, let from)? = try await reception(event, receiver),
                    from == sender.publicKey
                else { return false }
            }
        }
        return true
    }
}
