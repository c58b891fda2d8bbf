import Foundation
import Mocks
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Nostr

@Suite("AddressRace — RFC 8305", .timeLimit(.minutes(4)))
struct AddressRaceTests {
    private struct Refused: Error, Equatable { let address: String }

    /// Attempts of which the test says how they end.
    private final class Attempts: Sendable {
        private struct State {
            var begun: [String] = []
            var ends: [String: CheckedContinuation<Void, any Error>] = [:]
        }
        private let state = Mutex(State())
        private let changes = AsyncStream<Void>.makeStream()

        var begun: [String] { state.withLock { $0.begun } }

        func attempt(_ address: String) async throws -> String {
            try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { end in
                    state.withLock { state in
                        state.begun.append(address)
                        state.ends[address] = end
                    }
                    changes.continuation.yield()
                }
            } onCancel: {
                self.end(address, with: .failure(CancellationError()))
            }
            return address
        }

        func end(_ address: String, with result: Result<Void, any Error>) {
            state.withLock { $0.ends.removeValue(forKey: address) }?.resume(with: result)
        }

        /// Returns once so many have begun; one caller only.
        func begin(_ count: Int) async {
            if begun.count >= count { return }
            for await _ in changes.stream where begun.count >= count { return }
        }
    }

    private func race(_ addresses: [String], _ clock: ManualClock, _ attempts: Attempts) -> Task<
        String, any Error
    > {
        Task {
            try await AddressRace(addresses: addresses, clock: clock) { try await attempts.attempt($0) }.run()
        }
    }

    @Test("an address that leads nowhere costs a quarter of a second, and its attempt ends")
    func blackHole() async throws {
        let (clock, attempts) = (ManualClock(), Attempts())
        let race = race(["hole", "good"], clock, attempts)
        await clock.pause(of: .milliseconds(250), orUpTo: .milliseconds(250))
        #expect(attempts.begun == ["hole"])
        clock.advance(by: .milliseconds(250))
        await attempts.begin(2)
        attempts.end("good", with: .success(()))
        #expect(try await race.value == "good")
    }

    @Test("one that fails makes room for the next at once, and the slow first one may still win")
    func failure() async throws {
        let (clock, attempts) = (ManualClock(), Attempts())
        let race = race(["a", "b", "c"], clock, attempts)
        await clock.pause(of: .milliseconds(250), orUpTo: .milliseconds(250))
        clock.advance(by: .milliseconds(250))
        await attempts.begin(2)
        attempts.end("b", with: .failure(Refused(address: "b")))
        await attempts.begin(3)
        #expect(attempts.begun == ["a", "b", "c"])
        attempts.end("a", with: .success(()))
        #expect(try await race.value == "a")
    }

    @Test("each has a head start of its own, also behind one that failed")
    func headStarts() async throws {
        let (clock, attempts) = (ManualClock(), Attempts())
        let race = race(["a", "b", "c", "d"], clock, attempts)
        await clock.pause(of: .milliseconds(250), orUpTo: .milliseconds(250))
        clock.advance(by: .milliseconds(200))
        attempts.end("a", with: .failure(Refused(address: "a")))
        await attempts.begin(2)
        await clock.pause(of: .milliseconds(250), orUpTo: .milliseconds(250))
        // The time of "a" is over, and that of "b" is not.
        clock.advance(by: .milliseconds(50))
        await clock.pause(of: .milliseconds(200), orUpTo: .milliseconds(200))
        clock.advance(by: .milliseconds(200))
        await attempts.begin(3)
        await clock.pause(of: .milliseconds(250), orUpTo: .milliseconds(250))
        #expect(attempts.begun == ["a", "b", "c"])
        attempts.end("c", with: .success(()))
        #expect(try await race.value == "c")
    }

    @Test("when all fail, each says why")
    func allFail() async throws {
        let attempts = Attempts()
        let race = race(["a", "b"], ManualClock(), attempts)
        for (number, address) in ["a", "b"].enumerated() {
            await attempts.begin(number + 1)
            attempts.end(address, with: .failure(Refused(address: address)))
        }
        let lost = await #expect(throws: AddressRace<String, String>.Lost.self) { try await race.value }
        #expect(lost?.failures.map(\.address) == ["a", "b"])
        #expect(lost?.failures.map { $0.error as? Refused } == ["a", "b"].map(Refused.init))
    }

    @Test("who gives up gets no further attempts")
    func cancelled() async throws {
        let attempts = Attempts()
        let race = race(["a", "b"], ManualClock(), attempts)
        await attempts.begin(1)
        race.cancel()
        await #expect(throws: CancellationError.self) { try await race.value }
        #expect(attempts.begun == ["a"])
    }

    @Test("an address that is there twice counts twice, and without addresses there is nothing to race")
    func counts() async throws {
        let attempts = Attempts()
        let none = race([], ManualClock(), attempts)
        let lost = await #expect(throws: AddressRace<String, String>.Lost.self) { try await none.value }
        #expect(lost?.failures.isEmpty ?? false)
        let twice = race(["a", "a"], ManualClock(), attempts)
        for number in 1...2 {
            await attempts.begin(number)
            attempts.end("a", with: .failure(Refused(address: "a")))
        }
        await #expect(throws: AddressRace<String, String>.Lost.self) { try await twice.value }
    }

    /// One that connected although another had won.
    @Test("a connection that comes too late is dropped")
    func late() async throws {
        final class Connection: Sendable {
            let name: String
            let dropped: AsyncStream<String>.Continuation
            init(_ name: String, _ dropped: AsyncStream<String>.Continuation) {
                (self.name, self.dropped) = (name, dropped)
            }
            deinit {
                dropped.yield(name)
                dropped.finish()
            }
        }
        let (clock, never) = (ManualClock(), AsyncStream<Void>.makeStream())
        let (drops, dropped) = AsyncStream<String>.makeStream()
        let race = AddressRace(addresses: ["late", "good"], clock: clock) { address in
            // Until it is cancelled; it is there all the same.
            if address == "late" { for await _ in never.stream {} }
            return Connection(address, address == "late" ? dropped : AsyncStream<String>.makeStream().1)
        }
        let work = Task { try await race.run() }
        await clock.pause(of: .milliseconds(250), orUpTo: .milliseconds(250))
        clock.advance(by: .milliseconds(250))
        let winner = try await work.value
        #expect(winner.name == "good")
        for await name in drops { #expect(name == "late") }
        never.continuation.finish()
    }
}
