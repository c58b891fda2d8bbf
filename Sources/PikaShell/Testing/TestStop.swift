import Foundation
import Synchronization

/// Ends a suite early: hands a signal to every file that runs, and says why the others do not start.
final class TestStop: Sendable {
    private struct State {
        var signal: Int32?
        var reason: String?
        var running: [Int: Interrupts] = [:]
        var next = 0
        /// What forced ends have left behind, by the number of the file.
        var leavings: [Int: [String]] = [:]
        var forcedStatus: Int32?
    }

    private let state = Mutex(State())
    private let program: Interrupts

    init(_ program: Interrupts) { self.program = program }

    /// The first signal that came.
    var signal: Int32? { state.withLock { $0.signal } }
    /// Why no more file starts; nil while they do.
    var reason: String? { state.withLock { $0.reason } }

    /// The first signal ends what runs in order, a second one cuts the cleanups short.
    func deliver(_ number: Int32) {
        let running = state.withLock { state -> [Interrupts] in
            if state.signal == nil { state.signal = number }
            state.reason = "interrupted"
            return Array(state.running.values)
        }
        for interrupts in running { interrupts.deliver(number) }
    }

    func stop(why: String) {
        let running = state.withLock { state -> [Interrupts] in
            guard state.reason == nil else { return [] }
            state.reason = why
            return Array(state.running.values)
        }
        for interrupts in running { interrupts.deliver(SIGINT) }
    }

    /// - Returns: what ends one file that begins now.
    func register() -> (Interrupts, Int) {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        let interrupts = Interrupts(waitingForRun: { [weak self] status, leaving in
            self?.forced(number, status, leaving)
        })
        let late = state.withLock { state in
            state.running[number] = interrupts
            return state.reason == nil ? nil : state.signal ?? SIGINT
        }
        // It has not begun: the signal waits for whoever handles it first.
        if let late { interrupts.deliver(late) }
        return (interrupts, number)
    }

    func unregister(_ number: Int) { state.withLock { $0.running[number] = nil } }

    /// Once all that run have said what they leave, the program ends.
    private func forced(_ number: Int, _ status: Int32, _ leaving: [String]) {
        let all = state.withLock { state -> (status: Int32, leaving: [String])? in
            state.leavings[number] = leaving
            // What should not be left outweighs the signal, whichever file leaves it.
            if status == FailureCode.leak.exitStatus { state.forcedStatus = status }
            guard state.running.keys.allSatisfy({ state.leavings[$0] != nil }) else { return nil }
            return (
                state.forcedStatus ?? status, state.leavings.sorted { $0.key < $1.key }.flatMap(\.value)
            )
        }
        if let all { program.forcedEnd?(all.status, all.leaving) }
    }
}
