import AgentFakes
import Cryptography
import Marmot
import Mocks
import Nostr
import Synchronization
import Testing
import Vocabulary

@testable import AgentCore

/// What is pulled at the n-th of the places through which a delivery goes.
private final class Tripwire: Sendable {
    private let left: Mutex<Int>
    private let pulled = AsyncStream<Void>.makeStream()

    init(_ number: Int) { left = Mutex(number) }

    func pass() {
        let isPulled = left.withLock { left in
            left -= 1
            return left == 0
        }
        if isPulled { pulled.continuation.yield() }
    }

    /// Nothing more will pass.
    func end() { pulled.continuation.finish() }
    func wait() async { for await _ in pulled.stream { return } }
}

/// Keeps encoded states like files; each write is a place.
private final class TrippingStore: AccountStore {
    private let groups: Mutex<[[UInt8]: [UInt8]]>
    private let wire: Mutex<Tripwire?>

    init(_ groups: [[UInt8]: [UInt8]] = [:]) {
        self.groups = Mutex(groups)
        wire = Mutex(nil)
    }

    var states: [[UInt8]: [UInt8]] { groups.withLock { $0 } }
    func watch(_ wire: Tripwire?) { self.wire.withLock { $0 = wire } }

    func loadKeyPackages() -> [OwnKeyPackage] { [] }
    func loadGroups() throws -> [MarmotGroup] {
        try groups.withLock { try $0.values.map { try MarmotGroup(decoding: $0) } }
    }
    func save(_ packages: [OwnKeyPackage]) {}
    func save(_ group: MarmotGroup) {
        wire.withLock { $0 }?.pass()
        groups.withLock { $0[group.id] = group.encoded }
        wire.withLock { $0 }?.pass()
    }
}

/// Each event that comes in is a place.
private struct TrippingWay: RelayInterference {
    let wire: Tripwire
    func sending(_ event: Event) -> RelayTreatment { .pass }
    func receiving(_ event: Event) -> RelayTreatment {
        wire.pass()
        return .pass
    }
}

@Suite("a delivery interrupted anywhere", .timeLimit(.minutes(4)))
struct InterruptedDeliveryTests {
    private struct Scene {
        let relay: EmbeddedRelay
        let key: Secp256k1SecretKey
        let states: [[UInt8]: [UInt8]]
        let group: MarmotGroup
        let said: [String]
    }

    /// The peer has said this and that, and changed the group in between.
    private func scene(_ relay: EmbeddedRelay) async throws -> Scene {
        let key = try Secp256k1SecretKey.random(from: SystemRandom())
        let store = TrippingStore()
        let ours = try client(key, store)
        let peer = try TwoSides.client()
        let offer = try KeyPackageEvent(
            try await peer.makeKeyPackage(relays: [relay.url])[0], now: TwoSides.now())
        let (group, welcomes) = try await ours.createGroup(
            inviting: [offer], name: "g", description: "", relays: [relay.url],
            admins: [ours.publicKey, peer.publicKey])
        _ = try await peer.accept(wrap: ours.wrap(welcomes[0]))
        try await ours.delivered(welcomes[0], of: group.id)
        let pool = RelayPool([relay.url], environment: RelayEnvironment()) { _ in }
        await pool.start()
        var said: [String] = []
        for part in 0..<3 {
            for number in 0..<3 {
                said.append("\(part).\(number)")
                let (event, _) = try await peer.encrypt(said[said.count - 1], in: group.id)
                try await pool.publish(event, within: .seconds(10))
            }
            let pending = try await peer.prepare(.rename(name: "\(part)", description: nil), in: group.id)
            try await pool.publish(pending.event, within: .seconds(10))
            _ = try await peer.confirm(pending.event.id, in: group.id)
        }
        await pool.stop()
        return Scene(relay: relay, key: key, states: store.states, group: group, said: said)
    }

    private func client(_ key: Secp256k1SecretKey, _ store: TrippingStore) throws -> MarmotClient {
        try MarmotClient(key: key, store: store, random: SystemRandom(), now: TwoSides.now)
    }

    /// One run on what the one before left. Its session is closed, and the task that called it cancelled, when the wire is pulled.
    ///
    /// - Returns: what is in the transcript; whether the wire was pulled.
    private func run(_ scene: Scene, _ store: TrippingStore, _ wire: Tripwire?) async throws -> [String] {
        var way = RelayEnvironment()
        way.interference = wire.map { TrippingWay(wire: $0) }
        let pool = RelayPool([scene.relay.url], environment: way) { _ in }
        await pool.start()
        store.watch(wire)
        let log = EventLog()
        // The moment at which it is told is a place as well.
        if let wire { log.listen { _ in wire.pass() } }
        let environment = SessionEnvironment(
            client: try client(scene.key, store), pool: pool, keyPackagePool: pool,
            ledger: try ResourceLedger(path: nil) { 0 }, log: log)
        let session = AgentSession(name: "main", environment: environment)
        let work = Task {
            _ = try await session.resumeGroup(nil)
            wire?.end()
        }
        if let wire {
            await wire.wait()
            work.cancel()
        } else {
            try await work.value
        }
        await session.close()
        _ = await work.result
        await pool.stop(grace: .zero)
        store.watch(nil)
        return await session.transcript.map(\.text)
    }

    @Test("is neither lost nor half done: every message is in the transcript, or comes again, exactly once")
    func everywhere() async throws {
        let relay = try EmbeddedRelay()
        await relay.start()
        let scene = try await scene(relay)
        var counts = Set<Int>()
        for place in 1...48 {
            let store = TrippingStore(scene.states)
            let first = try await run(scene, store, Tripwire(place))
            let second = try await run(scene, store, nil)
            // Those of one second may change places.
            #expect((first + second).sorted() == scene.said, "interrupted at \(place)")
            counts.insert(first.count)
        }
        // It did happen at many places.
        #expect(counts.count > 1, "\(counts.sorted())")
        await relay.stop()
    }
}
