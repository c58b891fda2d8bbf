import Nostr
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import AgentCore

@Suite("catching up, by a clock that the test turns", .timeLimit(.minutes(4)))
struct CatchUpTests {
    /// Lets a relay's group events through up to some, and then until it is opened.
    private final class Barrier: RelayInterference {
        private struct State {
            var received = 0
            var waiting: AsyncStream<Void>.Continuation?
        }
        private let stops: Set<Int>
        private let state = Mutex(State())
        private let arrivals = AsyncStream<Void>.makeStream()

        /// - Parameter stops: numbers of the events before which it waits, from 1.
        init(_ stops: Set<Int>) { self.stops = stops }

        func sending(_ event: Event) -> RelayTreatment { .pass }

        func receiving(_ event: Event) async -> RelayTreatment {
            let (opening, continuation) = AsyncStream<Void>.makeStream()
            let mustWait = state.withLock { state in
                state.received += 1
                guard stops.contains(state.received) else { return false }
                state.waiting = continuation
                return true
            }
            if mustWait {
                arrivals.continuation.yield()
                for await _ in opening {}
            }
            return .pass
        }

        /// Opens it once something waits; one caller only.
        func open() async {
            for await _ in arrivals.stream { break }
            state.withLock { $0.waiting.take()?.finish() }
        }
    }

    /// The first page holds 100 events.
    @Test("a relay that goes on telling has the whole limit again with each page")
    func signsOfLife() async throws {
        let (clock, barrier) = (ManualClock(), Barrier([1, 101]))
        var options = TwoSides.Options()
        options.clock = clock
        options.interference = barrier
        options.limits.catchUp = .seconds(50)
        options.limits.catchUpTotal = .seconds(500)
        // All in one second: as many as 50 or 100 in the oldest one would look as if the relay kept some back.
        let time = TwoSides.now()
        options.peerTime = { time }
        try await TwoSides.with(options) { sides in
            let group = try await sides.group()
            for number in 0..<120 { try await sides.hear("\(number)", in: group) }
            let session = try await sides.session()
            await session.use(group)
            let saying = Task { try await session.say("hello") }
            for _ in 0..<2 {
                await clock.pause(of: .seconds(50), orUpTo: .seconds(50))
                clock.advance(by: .seconds(40))
                await barrier.open()
            }
            _ = try await saying.value
            #expect(await session.heard.count == 120)
            await session.close()
        }
    }

    @Test("one that tells nothing is given up when the limit is over, and nothing is sent")
    func nothing() async throws {
        let (clock, barrier) = (ManualClock(), Barrier([1]))
        var options = TwoSides.Options()
        options.clock = clock
        options.interference = barrier
        options.limits.catchUp = .seconds(50)
        options.limits.catchUpTotal = .seconds(500)
        try await TwoSides.with(options) { sides in
            let group = try await sides.group()
            try await sides.hear("x", in: group)
            let session = try await sides.session()
            await session.use(group)
            let saying = Task { try await session.say("hello") }
            await clock.pause(of: .seconds(50), orUpTo: .seconds(50))
            clock.advance(by: .seconds(50))
            let failure = await #expect(throws: Failure.self) { try await saying.value }
            #expect(failure?.code == .unreachable && failure?.isSafeToRepeat == true)
            await barrier.open()
            #expect(await sides.relays[0].stored([group.filter(since: nil)]).count == 1)
            await session.close()
        }
    }
}
