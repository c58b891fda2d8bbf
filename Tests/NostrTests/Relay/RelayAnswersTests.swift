import Cryptography
import Mocks
import TestSupport
import Testing
import Vocabulary

@testable import Nostr

/// What the pool makes of the answers of several relays, each of which the test gives itself.
@Suite("several relays' answers", .timeLimit(.minutes(4)))
struct RelayAnswersTests {
    private struct Scene: Sendable {
        let clock: ManualClock
        let pool: RelayPool
        let sockets: [FrameRelay.Connection]
        let reports: RelayReports
        let relays: [RelayURL]
    }

    private func withRelays(_ count: Int, _ body: (Scene) async throws -> Void) async throws {
        let clock = ManualClock()
        let relays = try (0..<count).map { _ in try FrameRelay() }
        for relay in relays { await relay.start() }
        let reports = RelayReports()
        let pool = RelayPool(relays.map(\.url), environment: RelayEnvironment(clock: clock)) {
            reports.add($0)
        }
        await pool.start()
        let outcome: Result<Void, any Error>
        do {
            var sockets: [FrameRelay.Connection] = []
            for relay in relays { sockets.append(try await relay.connection()) }
            try await body(
                Scene(clock: clock, pool: pool, sockets: sockets, reports: reports, relays: relays.map(\.url))
            )
            outcome = .success(())
        } catch { outcome = .failure(error) }
        await pool.stop(grace: .zero)
        for relay in relays { await relay.stop() }
        try outcome.get()
    }

    /// Of the next REQ.
    private func subscription(_ socket: FrameRelay.Connection) async throws -> String {
        let text = try #require(try await socket.message(with: #"["REQ","#))
        return String(text.dropFirst(8).prefix { $0 != "\"" })
    }

    @Test("the first one's end does not end a fetch: the second one has a moment to tell what it has")
    func fetch() async throws {
        try await withRelays(2) { scene in
            let fetching = Task {
                try await scene.pool.fetch([Filter(kinds: [.chatMessage])], within: .seconds(100))
            }
            let names = (
                try await subscription(scene.sockets[0]), try await subscription(scene.sockets[1])
            )
            let (one, two) = (try SampleEvents.at(1, "one"), try SampleEvents.at(2, "two"))
            try await scene.sockets[0].send(RelayMessageText.event(subscription: names.0, one))
            try await scene.sockets[0].send(RelayMessageText.endOfStoredEvents(subscription: names.0))
            await scene.clock.pause(of: RelayPool.grace, orUpTo: RelayPool.grace)
            for event in [two, one] {
                try await scene.sockets[1].send(RelayMessageText.event(subscription: names.1, event))
            }
            try await scene.sockets[1].send(RelayMessageText.endOfStoredEvents(subscription: names.1))
            #expect(try await fetching.value == [two, one])
        }
    }

    @Test("who says nothing after the first one's end gets that moment, and no more")
    func fetchWithoutTheSlow() async throws {
        try await withRelays(2) { scene in
            let fetching = Task {
                try await scene.pool.fetch([Filter(kinds: [.chatMessage])], within: .seconds(100))
            }
            let name = try await subscription(scene.sockets[0])
            let one = try SampleEvents.at(1, "one")
            try await scene.sockets[0].send(RelayMessageText.event(subscription: name, one))
            try await scene.sockets[0].send(RelayMessageText.endOfStoredEvents(subscription: name))
            await scene.clock.pause(of: RelayPool.grace, orUpTo: RelayPool.grace)
            scene.clock.advance(by: RelayPool.grace)
            #expect(try await fetching.value == [one])
        }
    }

    @Test("one relay's refusal is told although another one accepts")
    func refusal() async throws {
        try await withRelays(2) { scene in
            let event = try SampleEvents.at(1, "x")
            let publishing = Task { try await scene.pool.publish(event, within: .seconds(100)) }
            for socket in scene.sockets { #expect(try await socket.message(with: "EVENT") != nil) }
            try await scene.sockets[0].send(
                RelayMessageText.ok(id: event.id.hex, accepted: false, message: "blocked: not you"))
            await scene.reports.wait(for: ["refused: blocked: not you"])
            #expect(scene.reports.all.contains(.notice(scene.relays[0], "refused: blocked: not you")))
            try await scene.sockets[1].send(
                RelayMessageText.ok(id: event.id.hex, accepted: true, message: ""))
            #expect(try await publishing.value == scene.relays[1])
        }
    }

    @Test("a subscription that a relay ends is told with its reason, and delivered")
    func closed() async throws {
        try await withRelays(1) { scene in
            let subscription = await scene.pool.subscribe([Filter(kinds: [.chatMessage])])
            let name = try await self.subscription(scene.sockets[0])
            try await scene.sockets[0].send(
                RelayMessageText.closed(subscription: name, message: "restricted: members only"))
            #expect(
                await subscription.deliveries.next() == .closed(scene.relays[0], "restricted: members only"))
            #expect(
                scene.reports.all.contains(
                    .notice(scene.relays[0], "ended a subscription: restricted: members only")))
        }
    }

    @Test("an event that had no answer goes out again on the next connection")
    func again() async throws {
        let relay = try FrameRelay()
        await relay.start()
        let clock = ManualClock()
        var environment = RelayEnvironment(clock: clock)
        environment.retry = RetrySchedule(first: .seconds(2), longest: .seconds(2))
        let pool = RelayPool([relay.url], environment: environment) { _ in }
        await pool.start()
        let event = try SampleEvents.at(1, "x")
        let publishing = Task { try await pool.publish(event, within: .seconds(100)) }
        let first = try await relay.connection()
        #expect(try await first.message(with: event.id.hex) != nil)
        await first.close()
        clock.advance(by: await clock.pause(in: .seconds(1)...(.seconds(2))))
        let second = try await relay.connection()
        #expect(try await second.message(with: event.id.hex) != nil)
        try await second.send(RelayMessageText.ok(id: event.id.hex, accepted: true, message: ""))
        #expect(try await publishing.value == relay.url)
        await pool.stop(grace: .zero)
        await relay.stop()
    }
}
