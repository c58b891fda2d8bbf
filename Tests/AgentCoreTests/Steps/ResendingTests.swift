import Mocks
import Nostr
import Synchronization
import Testing
import Vocabulary

@testable import AgentCore

@Suite("a message that nobody has confirmed", .timeLimit(.minutes(4)))
struct ResendingTests {
    /// Loses the first message that goes out, as a relay does that crashes; its publisher hears nothing.
    private final class FirstIsLost: RelayInterference {
        private let lost = Mutex<EventID?>(nil)
        private let isOn = Mutex(false)

        func turnOn() { isOn.withLock { $0 = true } }

        func sending(_ event: Event) -> RelayTreatment {
            guard isOn.withLock({ $0 }) else { return .pass }
            return lost.withLock { lost in
                guard lost == nil else { return .pass }
                lost = event.id
                return .hold
            }
        }

        func receiving(_ event: Event) -> RelayTreatment { .pass }
    }

    @Test("is sent again by itself, as the same event, until a relay confirms it")
    func again() async throws {
        let loss = FirstIsLost()
        var options = TwoSides.Options()
        options.interference = loss
        options.limits.publish = .milliseconds(300)
        try await TwoSides.with(options) { sides in
            let group = try await sides.group()
            let session = try await sides.session(in: group)
            loss.turnOn()
            let failure = await #expect(throws: Failure.self) { try await session.say("hello") }
            #expect(failure?.message.hasPrefix("sent, but unconfirmed") ?? false)
            try await session.until { await $0.transcript.contains { $0.isOurs && $0.text == "hello" } }
            #expect(await sides.relays[0].stored([group.filter(since: nil)]).count == 1)
            // Whoever tries again is told that it is there.
            _ = try await session.say("hello", isRetry: true)
            #expect(await sides.relays[0].stored([group.filter(since: nil)]).count == 1)
            await session.close()
        }
    }

    /// One that refuses, and one that may have it.
    @Test("may be tried again although one of the relays refused it")
    func refusedByOne() async throws {
        var options = TwoSides.Options()
        options.relays = 2
        options.limits.publish = .milliseconds(300)
        try await TwoSides.with(options) { sides in
            let group = try await sides.group()
            let session = try await sides.session(in: group)
            await sides.relays[0].refuse { _ in "rate-limited: slow down" }
            var mute = RelayBehaviour()
            mute.dropsOK = true
            await sides.relays[1].behave(mute)
            // Its echo would confirm the message.
            await session.stopListening()
            let failure = await #expect(throws: Failure.self) { try await session.say("hello") }
            #expect(
                failure?.message.hasPrefix("sent, but unconfirmed") ?? false,
                "\(failure.map { "\($0)" } ?? "")")
            #expect(failure?.isRetryable ?? false)
            #expect(failure?.isSafeToRepeat ?? false)
            #expect(failure?.isRateLimited ?? false)
            await session.close()
        }
    }
}
