import AgentFakes
import Cryptography
import Foundation
import Marmot
import Mocks
import Nostr
import Synchronization
import Vocabulary

@testable import AgentCore

/// Our side, and a peer whose every step the test makes itself, over relays on this machine.
struct TwoSides: Sendable {
    let relays: [EmbeddedRelay]
    let pool: RelayPool
    /// The peer's way to the same relays.
    let peerPool: RelayPool
    let environment: SessionEnvironment
    let log: Recorded
    let peer: MarmotClient
    /// The peer's offer, for as many groups as are wanted.
    let offer: KeyPackageEvent

    var client: MarmotClient { environment.client }

    static func now() -> Int64 { Int64(Date().timeIntervalSince1970) }

    struct Options: Sendable {
        var relays = 1
        var relayLimits = EmbeddedRelay.Limits()
        var interference: (any RelayInterference)?
        var clock: any Clock<Duration> = ContinuousClock()
        /// Of our relay connections.
        var relayClock: any Clock<Duration> = ContinuousClock()
        var limits = SessionLimits()
        /// How much the peer's clock is behind.
        var peerIsLate: Int64 = 0
        /// Beats `peerIsLate`.
        var peerTime: (@Sendable () -> Int64)?
    }

    static func with(_ options: Options = Options(), _ body: (TwoSides) async throws -> Void) async throws {
        let relays = try (0..<options.relays).map { _ in try EmbeddedRelay(limits: options.relayLimits) }
        for relay in relays { await relay.start() }
        var relayEnvironment = RelayEnvironment()
        relayEnvironment.interference = options.interference
        relayEnvironment.clock = options.relayClock
        let pool = RelayPool(relays.map(\.url), environment: relayEnvironment) { _ in }
        let peerPool = RelayPool(relays.map(\.url), environment: RelayEnvironment()) { _ in }
        for pool in [pool, peerPool] { await pool.start() }
        let late = options.peerIsLate
        let peer = try client(now: options.peerTime ?? { now() - late })
        let log = EventLog()
        let sides = TwoSides(
            relays: relays, pool: pool, peerPool: peerPool,
            environment: SessionEnvironment(
                client: try client(), pool: pool, keyPackagePool: pool,
                ledger: try ResourceLedger(path: nil) { 0 }, log: log, clock: options.clock,
                limits: options.limits),
            log: Recorded(log), peer: peer,
            offer: try KeyPackageEvent(
                try await peer.makeKeyPackage(relays: relays.map(\.url))[0], now: now()))
        let outcome: Result<Void, any Error>
        do {
            try await body(sides)
            outcome = .success(())
        } catch { outcome = .failure(error) }
        for pool in [pool, peerPool] { await pool.stop(grace: .zero) }
        for relay in relays { await relay.stop() }
        try outcome.get()
    }

    static func client(
        _ store: any AccountStore = NoAccountStore(), now: @escaping @Sendable () -> Int64 = now
    ) throws -> MarmotClient {
        try MarmotClient(
            key: Secp256k1SecretKey.random(from: SystemRandom()), store: store, random: SystemRandom(),
            now: now)
    }

    /// A group of us two, as an earlier run left it.
    func group(_ name: String = "talk", peerIsAdmin: Bool = true, at relays: [RelayURL]? = nil) async throws
        -> MarmotGroup
    {
        let (group, welcomes) = try await client.createGroup(
            inviting: [offer], name: name, description: "", relays: relays ?? pool.relays,
            admins: [client.publicKey] + (peerIsAdmin ? [peer.publicKey] : []))
        for welcome in welcomes {
            _ = try await peer.accept(wrap: client.wrap(welcome))
            try await client.delivered(welcome, of: group.id)
        }
        return group
    }

    func session(_ name: String = "main", in group: MarmotGroup? = nil) async throws -> AgentSession {
        let session = AgentSession(name: name, environment: environment)
        if let group { _ = try await session.resumeGroup(group.nostrGroupIDHex) }
        return session
    }

    /// The peer's offer where others find it.
    func publishOffer() async throws { try await peerPool.publish(offer.event, within: .seconds(10)) }

    /// The peer says something.
    func hear(_ text: String, kind: EventKind = .chatMessage, in group: MarmotGroup) async throws {
        let (event, _) = try await peer.encrypt(text, kind: kind, in: group.id)
        try await peerPool.publish(event, within: .seconds(10))
    }

    /// The peer changes the group.
    @discardableResult
    func peerChanges(_ change: GroupChange, in group: MarmotGroup, to relays: [RelayURL]? = nil) async throws
        -> Event
    {
        let pending = try await peer.prepare(change, in: group.id)
        try await peerPool.publish(pending.event, to: relays, within: .seconds(10))
        _ = try await peer.confirm(pending.event.id, in: group.id)
        return pending.event
    }

    /// What the peer reads in the group until something fits.
    func peerReads(in group: MarmotGroup, until isEnough: @escaping @Sendable (GroupReception) -> Bool)
        async throws
    {
        let subscription = await peerPool.subscribe([group.filter(since: nil)])
        try await withDeadline(.seconds(30), clock: ContinuousClock()) {
            for await delivery in subscription.deliveries {
                guard case .event(let event, _) = delivery else { continue }
                for received in try await peer.receive(event) {
                    if case .success(let reception) = received.result, isEnough(reception) { return }
                }
            }
        }
        await peerPool.cancel(subscription)
    }
}

extension AgentSession {
    /// Returns when the condition holds; it is looked at whenever something may have changed.
    func until(_ condition: @escaping @Sendable (AgentSession) async throws -> Bool) async throws {
        try await withDeadline(.seconds(30), clock: ContinuousClock()) {
            for await _ in await self.activity() where try await condition(self) { return }
            throw CancellationError()
        }
    }

    func untilHeard(_ texts: [String]) async throws {
        try await until { session in
            let heard = await session.replies(from: 0).map(\.text)
            return texts.allSatisfy(heard.contains)
        }
    }

    var heard: [String] { replies(from: 0).map(\.text) }
}

/// Holds back what we publish, where it is told to, until it is opened.
final class Gate: RelayInterference {
    private struct State {
        var isOpen = false
        var held = 0
        var waiting: [AsyncStream<Void>.Continuation] = []
    }

    private let state = Mutex(State())
    private let isHeld: @Sendable (Event) -> Bool
    private let arrivals = AsyncStream<Void>.makeStream()

    init(_ isHeld: @escaping @Sendable (Event) -> Bool) { self.isHeld = isHeld }

    func sending(_ event: Event) async -> RelayTreatment {
        guard isHeld(event) else { return .pass }
        let (opening, continuation) = AsyncStream<Void>.makeStream()
        state.withLock { state in
            if state.isOpen { continuation.finish() } else { state.waiting.append(continuation) }
            state.held += 1
        }
        arrivals.continuation.yield()
        for await _ in opening {}
        return .pass
    }

    func receiving(_ event: Event) -> RelayTreatment { .pass }

    /// Returns once an event waits.
    func holds() async { for await _ in arrivals.stream { return } }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.finish() }
    }
}

/// A group whose events are to be held, known only after the pool was made.
final class Chosen: Sendable {
    private let ids = Mutex(Set<String>())
    func choose(_ group: MarmotGroup) { ids.withLock { _ = $0.insert(group.nostrGroupIDHex) } }
    func contains(_ event: Event) -> Bool {
        event.tags.value("h").map { id in ids.withLock { $0.contains(id) } } ?? false
    }
}
