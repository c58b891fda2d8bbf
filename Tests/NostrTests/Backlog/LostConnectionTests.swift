import TestSupport
import Testing
import Vocabulary

@testable import Nostr

@Suite("TopicFollower over a connection that is lost", .timeLimit(.minutes(4)))
struct LostConnectionTests {
    @Test("while there is no connection, silence is no end of what is stored")
    func silence() async throws {
        let clock = ManualClock()
        let relay = try FrameRelay()
        await relay.start()
        var environment = RelayEnvironment(clock: clock)
        environment.retry = RetrySchedule(first: .seconds(100), longest: .seconds(100))
        let pool = RelayPool([relay.url], environment: environment) { _ in }
        let topic = Topic("a", Filter(kinds: [.chatMessage], tags: ["h": ["a"]]), since: 0)
        let following = await pool.follow([topic]) { 1000 }
        let events = try (1...3).map { try SampleEvents.at(Int64($0), "\($0)") }

        let first = try await relay.connection()
        let name = try await subscription(first)
        try await first.send(RelayMessageText.event(subscription: name, events[2]))
        // Without its end, so that the relay counts as one that lacks it.
        await silences(1, clock)
        let page = try await subscription(first)
        try await first.send(RelayMessageText.event(subscription: page, events[1]))
        _ = await clock.pause(in: .milliseconds(400)...RelayPool.silence)
        await first.close()
        // Before that it would be a relay that has fallen silent.
        await clock.pause(of: .seconds(50))
        await silences(8, clock)
        clock.advance(by: .seconds(100))

        let second = try await relay.connection()
        let serving = Task {
            while let text = try await second.message(with: "REQ") {
                let name = Self.name(text)
                let until = text.split(separator: "\"until\":").dropFirst().first.flatMap {
                    Int64($0.prefix { $0.isNumber })
                }
                for event in events.reversed() where event.createdAt <= until ?? .max {
                    try await second.send(RelayMessageText.event(subscription: name, event))
                }
                try await second.send(RelayMessageText.endOfStoredEvents(subscription: name))
            }
        }
        var heard: [String] = []
        deliveries: for await (_, delivery) in following.deliveries {
            switch delivery {
            case .events(let events, _): heard += events.map(\.content)
            case .read: break deliveries
            case .known, .progress, .closed: break
            }
        }
        #expect(heard == ["1", "2", "3"])
        await pool.cancel(following)
        await pool.stop(grace: .zero)
        serving.cancel()
        await relay.stop()
    }

    private func silences(_ count: Int, _ clock: ManualClock) async {
        for _ in 0..<count {
            clock.advance(by: await clock.pause(in: .milliseconds(400)...RelayPool.silence))
        }
    }

    private static func name(_ text: String) -> String { String(text.dropFirst(8).prefix { $0 != "\"" }) }

    private func subscription(_ socket: FrameRelay.Connection) async throws -> String {
        Self.name(try #require(try await socket.message(with: "REQ")))
    }
}
