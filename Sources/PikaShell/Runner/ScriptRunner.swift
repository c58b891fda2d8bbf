import Foundation
import Scripting
import Synchronization
import Vocabulary

/// Runs something from its first line to the last cleanup: a script, `-c`, stdin, `do`, `agent new`, and the end of a prompt. Signals,
/// cleanup and exit status are dealt with here and nowhere else.
package struct ScriptRunner: Sendable {
    /// How failures are shown, and who is thought to know what still runs.
    package enum Manner: Sendable {
        /// With the place in the script; nobody sits there who would know what still runs.
        case script
        /// With the place in what was typed or read.
        case prompt
        /// Without a place: there is no script to be seen.
        case conversation
    }

    let interpreter: Interpreter
    let interrupts: Interrupts
    let manner: Manner

    package init(interpreter: Interpreter, interrupts: Interrupts, manner: Manner) {
        (self.interpreter, self.interrupts, self.manner) = (interpreter, interrupts, manner)
    }

    /// - Parameter limit: for `body`; cleanup comes on top.
    /// - Returns: the exit status.
    package func run(limit: Duration? = nil, _ body: @escaping @Sendable (Interpreter) async throws -> Void)
        async -> Int32
    {
        let signals = SignalCounter()
        let isCleaningUp = Mutex(false)
        let interpreter = interpreter
        let (held, begin) = AsyncStream<Never>.makeStream()
        let work = Task { () -> Diagnostic? in
            for await _ in held {}
            do {
                if let limit {
                    try await withDeadline(limit, clock: interpreter.host.clock) {
                        try await body(interpreter)
                    }
                } else {
                    try await body(interpreter)
                }
                return nil
            } catch is ScriptEnd {
                return nil
            } catch let exceeded as DeadlineExceeded where exceeded.limit == limit {
                let running = await interpreter.running
                return Diagnostic(
                    .timeout,
                    "the run took longer than its limit of \(exceeded.limit.inSeconds) (--max-time)",
                    running?.range, notes: ["this command was running"], step: running?.step)
            } catch {
                return Self.diagnostic(error, isCancelled: Task.isCancelled)
            }
        }
        interrupts.handle { number in
            guard signals.count(number) == 1 else { return forceEnd(number) }
            work.cancel()
            // Nobody else would say that it was heard.
            if isCleaningUp.withLock({ $0 }) { Task { await noticeEnd(by: number) } }
        }
        // Not before somebody gets the signals: one that comes with the first line must not end the process without a cleanup.
        begin.finish()
        let failure = await work.value
        isCleaningUp.withLock { $0 = true }
        if let number = signals.first { await noticeEnd(by: number) }
        return await finish(failure, signals)
    }

    func noticeEnd(by number: Int32) async {
        await notice(
            "\(number == SIGINT ? "interrupted" : "ended by signal \(number)"): cleaning up (again to skip)")
    }

    /// Whatever an interruption makes fail is one; but what is left running because of it is reported.
    private static func diagnostic(_ error: any Error, isCancelled: Bool) -> Diagnostic {
        if let diagnostic = error as? Diagnostic { return diagnostic }
        let failure = Failure(error)
        guard isCancelled, failure.code != .leak else {
            return Diagnostic(failure.code, failure.message, nil, notes: failure.hints)
        }
        return Diagnostic(.cancelled, "interrupted", nil, notes: failure.hints)
    }

    /// Cleans up and reports, whatever came before.
    ///
    /// - Parameters:
    ///   - failure: what ended the run, if something did.
    ///   - signals: those that came until now.
    /// - Returns: the exit status.
    func finish(_ failure: Diagnostic?, _ signals: SignalCounter) async -> Int32 {
        if let failure, failure.code == .cancelled {
            if failure.range != nil, !(failure.isInterruption && failure.wasLookedAt) {
                await notice("interrupted at \(failure.place)")
            }
            for note in failure.notes { await interpreter.emit(.hint(note.text)) }
        } else if let failure {
            // A debugger has shown it when it stopped there.
            if !failure.wasLookedAt { await report(failure) }
            for (name, lines) in await interpreter.jobs.tails(lines: 20) where !lines.isEmpty {
                await interpreter.emit(.jobLog(name: name, lines: lines))
            }
        }
        let cleanupFailures = await interpreter.cleanUp()
        let conclusion = await interpreter.host.conclude(isScript: manner == .script)
        for hint in await interpreter.hints + conclusion.hints { await interpreter.emit(.hint(hint)) }
        interrupts.handle(nil)
        for failure in cleanupFailures { await report(failure) }
        for failure in conclusion.failures { await interpreter.emit(.failure(failure)) }
        // What is left running outweighs everything else: it costs money until somebody looks.
        let isLeft = !cleanupFailures.isEmpty || !conclusion.failures.isEmpty || failure?.code == .leak
        if isLeft { return FailureCode.leak.exitStatus }
        // An interruption is the way out of a conversation, and of everything else.
        if let number = signals.first { return 128 + number }
        if let failure { return failure.exitStatus }
        return await interpreter.softFailures.first?.exitStatus ?? 0
    }

    private func report(_ failure: Diagnostic) async {
        await interpreter.emit(manner == .conversation ? .failure(failure.failure) : .failure(failure))
    }

    func notice(_ text: String) async {
        await interpreter.emit(.notice(text))
    }

    /// There is no time for the cleanup: programs are killed, and what is left behind is named.
    func forceEnd(_ number: Int32) {
        guard let forcedEnd = interrupts.forcedEnd else { return }
        let interpreter = interpreter
        Task {
            let commands = await interpreter.host.manualCleanup()
            // What stays on purpose, or because its provider leaves it, is named all the same.
            let (isUnasked, hasDeferred) = (
                await interpreter.host.leavesUnasked(), await interpreter.hasDeferred
            )
            interpreter.jobs.killAll()
            interpreter.host.killProcesses()
            // What is left running outweighs the signal, here as everywhere.
            forcedEnd(
                commands.isEmpty || !(isUnasked || hasDeferred) ? 128 + number : FailureCode.leak.exitStatus,
                commands)
        }
    }
}
