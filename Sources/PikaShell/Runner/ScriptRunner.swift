import Foundation
import Scripting
import Vocabulary

/// Runs something from its first line to the last cleanup: a script, `-c`, stdin, `do`, `agent new`, and the end of a prompt. Signals,
/// cleanup and exit status are dealt with here and nowhere else.
package struct ScriptRunner: Sendable {
    /// How failures are shown, and who is thought to know what still runs.
    package enum Manner: Sendable {
        /// With the place in the script.
        case script
        /// Without: a person sits at a prompt, or there is no script to be seen.
        case conversation
    }

    let interpreter: Interpreter
    let terminal: Terminal
    let interrupts: Interrupts
    let manner: Manner

    package init(interpreter: Interpreter, terminal: Terminal, interrupts: Interrupts, manner: Manner) {
        (self.interpreter, self.terminal) = (interpreter, terminal)
        (self.interrupts, self.manner) = (interrupts, manner)
    }

    /// - Parameter limit: for `body`; cleanup comes on top.
    /// - Returns: the exit status.
    package func run(limit: Duration? = nil, _ body: @escaping @Sendable (Interpreter) async throws -> Void)
        async -> Int32
    {
        let signals = SignalCounter()
        let interpreter = interpreter
        let work = Task { () -> Diagnostic? in
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
                return Diagnostic(
                    .timeout, "the script took longer than --max-time \(exceeded.limit.inSeconds)", nil)
            } catch {
                return Self.diagnostic(error, isCancelled: Task.isCancelled)
            }
        }
        interrupts.handle { number in
            if signals.count(number) == 1 { work.cancel() } else { forceEnd(number) }
        }
        let failure = await work.value
        if let number = signals.first, failure?.code == .cancelled {
            await notice(
                "\(number == SIGINT ? "interrupted" : "ended by signal \(number)"): cleaning up (again to skip)"
            )
        }
        return await finish(failure, signals)
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
            for note in failure.notes { await interpreter.emit(.hint(note.text)) }
        } else if let failure {
            await report(failure)
        }
        let cleanupFailures = await interpreter.cleanUp()
        let conclusion = await interpreter.host.conclude(isScript: manner == .script)
        for hint in await interpreter.hints + conclusion.hints { await interpreter.emit(.hint(hint)) }
        interrupts.handle(nil)
        for failure in cleanupFailures { await report(failure) }
        for failure in conclusion.failures { await interpreter.emit(.failure(failure)) }
        // An interruption is the way out of a conversation, and of everything else.
        if let number = signals.first, failure?.code == .cancelled { return 128 + number }
        if let failure { return failure.code.exitStatus }
        if !cleanupFailures.isEmpty || !conclusion.failures.isEmpty { return FailureCode.leak.exitStatus }
        return await interpreter.softFailures.first?.code.exitStatus ?? 0
    }

    private func report(_ failure: Diagnostic) async {
        let frame = manner == .script ? DiagnosticRenderer.render(failure) : nil
        await interpreter.emit(.failure(failure.failure, frame: frame))
    }

    func notice(_ text: String) async {
        await interpreter.emit(LogEvent("notice", ["text": .text(text)], text, role: .notice))
    }

    /// There is no time for the cleanup: programs are killed, and what is left behind is named.
    func forceEnd(_ number: Int32) {
        guard let forcedEnd = interrupts.forcedEnd else { return }
        let interpreter = interpreter
        Task {
            let commands = await interpreter.host.manualCleanup()
            interpreter.jobs.killAll()
            interpreter.host.killProcesses()
            forcedEnd(128 + number, commands)
        }
    }
}
