import Foundation
import Scripting
import Synchronization
import Vocabulary

/// Somebody at a keyboard: typed lines become scripts, and Ctrl-C stops what runs, nothing else. The prompt and the debugger are two loops
/// over one.
final class Sitting: Sendable {
    /// What somebody wants.
    enum Entry {
        case script(CheckedScript)
        /// The line was cleared.
        case nothing
        /// It was wrong, and has been reported.
        case wrong(Diagnostic)
        case endOfInput
        /// A signal ends the program.
        case leaving(Int32)
    }

    /// How what was typed has ended.
    enum Outcome {
        case done
        case ended(ScriptEnd)
        case failed(Diagnostic)
    }

    let terminal: Terminal
    let concern = PromptInterrupts()
    private let catalogue: CommandCatalogue
    private let log: EventLog
    private let history: HistoryFile?
    private let reader: any LineReading
    private let help: LiveLineHelp
    /// What ran last, for `again`.
    private let latest = Mutex<[String]>([])

    init(
        catalogue: CommandCatalogue, log: EventLog, terminal: Terminal, interrupts: Interrupts,
        history: HistoryFile?
    ) {
        (self.catalogue, self.log, self.terminal, self.history) = (catalogue, log, terminal, history)
        let concern = concern
        interrupts.handle { concern.received($0) }
        let help = LiveLineHelp(catalogue: catalogue)
        self.help = help
        reader =
            LineEditor(
                terminal: terminal, history: history?.lines() ?? [], help: help,
                onInterrupt: { concern.typed(afterLines: $0) }) ?? PlainReader(terminal: terminal)
    }

    /// When this returns, the terminal has the modes it was found in.
    func close() async { await reader.close() }

    // MARK: Lines

    /// The next command, over as many lines as it takes.
    func next(prompt: String, for interpreter: Interpreter) async -> Entry {
        var said: [String] = []
        help.names = await interpreter.names
        while true {
            let line = await read(said.isEmpty ? prompt : "…>")
            if let number = concern.leaving { return .leaving(number) }
            switch line {
            case .interrupted: return .nothing
            case .tooLong(let limit):
                return await wrong([Diagnostic(TypedLine.failure(ofLineOver: limit))], interpreter)
            case .endOfInput: return said.isEmpty ? .endOfInput : .nothing
            case .text(let text):
                said.append(text)
                let lines: [String]
                do { lines = try repeated(said) } catch {
                    remember(said)
                    return await wrong([error as? Diagnostic ?? Diagnostic(Failure(error))], interpreter)
                }
                if lines != said {
                    await interpreter.emit(.notice(lines.joined(separator: "\n"), isBlock: true))
                }
                switch await check(lines, interpreter) {
                case nil: continue
                case .failure(let problems):
                    return await wrong(problems.problems, interpreter)
                case .success(let script):
                    remember(said)
                    if !script.statements.isEmpty { latest.withLock { $0 = lines } }
                    return .script(script)
                }
            }
        }
    }

    private func wrong(_ problems: [Diagnostic], _ interpreter: Interpreter) async -> Entry {
        for problem in problems { await interpreter.emit(.failure(problem)) }
        guard var first = problems.first else { return .nothing }
        first.wasLookedAt = true
        return .wrong(first)
    }

    /// A person sits there, who sees what becomes of a line.
    var isInteractive: Bool { terminal.isInteractive }

    /// The last lines in the place of `again`.
    ///
    /// - Throws: `Failure` (usage) where there are none, or they cannot be changed so.
    private func repeated(_ said: [String]) throws -> [String] {
        guard said.count == 1, let changes = ChangedCommand.changes(in: said[0], catalogue: catalogue) else {
            return said
        }
        let lines = latest.withLock { $0 }
        guard !lines.isEmpty else {
            throw Failure(.usage, "again: nothing has run yet")
        }
        let text = try ChangedCommand.text(
            lines.joined(separator: "\n"), changes: changes, catalogue: catalogue)
        return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    func read(_ prompt: String) async -> TypedLine {
        let (held, begin) = AsyncStream<Never>.makeStream()
        let reading = Task {
            for await _ in held {}
            return await reader.readLine(prompt: prompt)
        }
        // A Ctrl-C that came before must find the line unread.
        concern.read { reading.cancel() }
        begin.finish()
        defer { concern.finishedReading() }
        return await reading.value
    }

    /// - Returns: nil while more lines would complete what was typed.
    private func check(
        _ said: [String], _ interpreter: Interpreter
    ) async -> Result<CheckedScript, ScriptProblems>? {
        let text = said.joined(separator: "\n")
        if said.last?.hasSuffix("\\") ?? false { return nil }
        log.masking.addSecrets(in: text, catalogue)
        let result = CheckedScript.make(
            Source(name: "shell", text: text), catalogue: catalogue,
            context: .running(variables: await interpreter.variables.names))
        if case .failure(let problems) = result, problems.isUnfinished { return nil }
        if case .failure = result { remember(said) }
        return result
    }

    private func remember(_ said: [String]) {
        // What looks like a secret is one, from now on and everywhere.
        for secret in SecretShapes.found(in: said.joined(separator: "\n")) { log.masking.add(secret) }
        let entry = PastedText.entry(said)
        history?.append(entry)
        reader.remember(entry)
    }

    // MARK: Running

    /// Ctrl-C cancels what runs, and nothing else.
    func perform(
        _ script: CheckedScript, in interpreter: Interpreter,
        _ body: @escaping @Sendable (CheckedScript) async throws -> Void
    ) async -> Outcome {
        let outcome = await run(script, interpreter, body)
        if case .ended(.quit) = outcome {
            concern.finishedRunning(isLeaving: true)
        } else {
            concern.finishedRunning(isLeaving: false)
        }
        return outcome
    }

    private func run(
        _ script: CheckedScript, _ interpreter: Interpreter,
        _ body: @escaping @Sendable (CheckedScript) async throws -> Void
    ) async -> Outcome {
        for warning in script.warnings { await interpreter.emit(.warning(warning)) }
        let (held, begin) = AsyncStream<Never>.makeStream()
        let work = Task {
            for await _ in held {}
            try await body(script)
        }
        concern.run { work.cancel() }
        begin.finish()
        do {
            try await work.value
            return .done
        } catch let end as ScriptEnd {
            return .ended(end)
        } catch {
            let diagnostic = error as? Diagnostic ?? Diagnostic(.protocolError, "\(error)", nil)
            if diagnostic.code == .cancelled {
                await interpreter.emit(.notice("cancelled"))
                for note in diagnostic.notes { await interpreter.emit(.hint(note.text)) }
            } else {
                await interpreter.emit(.failure(diagnostic))
            }
            var shown = diagnostic
            shown.wasLookedAt = true
            return .failed(shown)
        }
    }

    // MARK: The end

    /// Cleans up and reports.
    ///
    /// - Parameters:
    ///   - failure: what ended the run, if something did.
    ///   - signal: what ended it; a second one skips the cleanup.
    func end(_ runner: ScriptRunner, _ failure: Diagnostic? = nil, by signal: Int32?) async -> Int32 {
        let signals = SignalCounter()
        if let signal { _ = signals.count(signal) }
        concern.end { number in
            guard signals.count(number) > 1 else {
                Task { await runner.notice("cleaning up (again to skip)") }
                return
            }
            runner.forceEnd(number)
        }
        if let signal { await runner.noticeEnd(by: signal) }
        // Ctrl-C during the cleanup is not the reason of the end.
        let reason = SignalCounter()
        if let signal { _ = reason.count(signal) }
        return await runner.finish(failure, reason)
    }
}
