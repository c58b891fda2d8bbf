import Foundation
import Synchronization

/// Whom Ctrl-C and the signals concern: the line being read, the command that it started, or the cleanup at the end.
///
/// Lines are counted, so that a Ctrl-C typed right behind a line stops that line's command even when it comes before the command
/// has begun, and never a later one.
final class PromptInterrupts: Sendable {
    private enum Concern {
        case nothing
        case reading(@Sendable () -> Void)
        case running(@Sendable () -> Void)
        case ending(@Sendable (Int32) -> Void)
    }

    private struct State {
        var concern = Concern.nothing
        var linesRead = 0
        var interruptedLine: Int?
        var leaving: Int32?

        /// Whether Ctrl-C came behind the line read last; once.
        mutating func takeInterruption() -> Bool {
            guard interruptedLine == linesRead else { return false }
            interruptedLine = nil
            return true
        }
    }

    private let state = Mutex(State())

    /// The signal that ends the shell.
    var leaving: Int32? { state.withLock { $0.leaving } }

    /// A line is being read.
    func read(_ cancel: @escaping @Sendable () -> Void) {
        enter(.reading(cancel), cancel)
    }

    /// That line is there.
    func finishedReading() {
        state.withLock {
            $0.concern = .nothing
            $0.linesRead += 1
        }
    }

    /// The line's command runs.
    func run(_ cancel: @escaping @Sendable () -> Void) {
        enter(.running(cancel), cancel)
    }

    /// - Parameter isLeaving: a Ctrl-C that came too late for the command is one for what follows from it: the question, or the cleanup.
    func finishedRunning(isLeaving: Bool) {
        state.withLock {
            $0.concern = .nothing
            if !isLeaving { $0.interruptedLine = nil }
        }
    }

    /// The shell cleans up; `handle` gets every further signal.
    func end(_ handle: @escaping @Sendable (Int32) -> Void) {
        let isInterrupted = state.withLock { state in
            state.concern = .ending(handle)
            return state.takeInterruption()
        }
        if isInterrupted { handle(SIGINT) }
    }

    /// Ctrl-C while no line was being edited, after so many.
    func typed(afterLines count: Int) {
        let concern = state.withLock { state -> Concern in
            switch state.concern {
            // The command that it was meant for is over.
            case .running where count != state.linesRead: return .nothing
            case .ending: return state.concern
            case .running:
                state.interruptedLine = count
                return state.concern
            // The editor has not begun the line that is asked for.
            case .reading where count == state.linesRead: return state.concern
            // What comes next for this line takes it: its command, a question, the end.
            case .nothing, .reading:
                state.interruptedLine = count
                return .nothing
            }
        }
        switch concern {
        case .reading(let cancel), .running(let cancel): cancel()
        case .ending(let handle): handle(SIGINT)
        case .nothing: return
        }
    }

    func received(_ number: Int32) {
        let concern = state.withLock { state in
            if number != SIGINT {
                state.leaving = state.leaving ?? number
            } else {
                switch state.concern {
                case .nothing, .running: state.interruptedLine = state.linesRead
                case .reading, .ending: break
                }
            }
            return state.concern
        }
        switch concern {
        case .nothing: return
        case .reading(let cancel), .running(let cancel): cancel()
        case .ending(let handle): handle(number)
        }
    }

    /// A signal may have come before there was anything to cancel.
    private func enter(_ concern: Concern, _ cancel: @Sendable () -> Void) {
        let isOver = state.withLock { state in
            state.concern = concern
            if state.leaving != nil { return true }
            // A command may end otherwise all the same; `finishedRunning` knows.
            if case .running = concern { return state.interruptedLine == state.linesRead }
            return state.takeInterruption()
        }
        if isOver { cancel() }
    }
}
