import Foundation
import Scripting
import Vocabulary

/// The read-evaluate-print loop. Errors do not end it; what was deferred runs at its end.
final class Prompt: Sendable {
    private let interpreter: Interpreter
    private let runner: ScriptRunner
    private let terminal: Terminal
    private let history: HistoryFile?
    private let reader: any LineReading
    private let concern: PromptInterrupts

    private var host: any ScriptHost { interpreter.host }

    init(interpreter: Interpreter, terminal: Terminal, interrupts: Interrupts, history: HistoryFile?) {
        self.interpreter = interpreter
        self.terminal = terminal
        self.history = history
        runner = ScriptRunner(
            interpreter: interpreter, interrupts: interrupts, manner: .prompt)
        let concern = PromptInterrupts()
        self.concern = concern
        interrupts.handle { concern.received($0) }
        let completions = Completions(catalogue: interpreter.catalogue)
        reader =
            LineEditor(
                terminal: terminal, history: history?.lines() ?? [],
                complete: { completions.candidates(for: $0) },
                onInterrupt: { concern.typed(afterLines: $0) }) ?? PlainReader(terminal: terminal)
    }

    /// - Parameter first: runs before the first prompt.
    /// - Returns: the exit status.
    func run(first: CheckedScript?) async -> Int32 {
        let status = await loop(first)
        await reader.close()
        return status
    }

    private func loop(_ first: CheckedScript?) async -> Int32 {
        if let first, await execute(first) == .leave { return await end() }
        var said: [String] = []
        while true {
            let line = await read(said.isEmpty ? await host.prompt() : "…>")
            if let number = concern.leaving { return await end(by: number) }
            switch line {
            case .interrupted: said = []
            case .tooLong(let limit):
                said = []
                await interpreter.emit(.failure(TypedLine.failure(ofLineOver: limit)))
            case .endOfInput where !said.isEmpty: said = []
            case .endOfInput: if await mayLeave() { return await end() }
            case .text(let text):
                said.append(text)
                switch await check(said) {
                case nil: continue
                case .failure(let problems): await report(problems)
                case .success(let script):
                    remember(said)
                    if await execute(script) == .leave, await mayLeave() { return await end() }
                }
                said = []
            }
        }
    }

    private func read(_ prompt: String) async -> TypedLine {
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

    // MARK: Lines

    /// - Returns: nil while more lines would complete what was typed.
    private func check(_ said: [String]) async -> Result<CheckedScript, ScriptProblems>? {
        let text = said.joined(separator: "\n")
        if said.last?.hasSuffix("\\") ?? false { return nil }
        host.log.masking.addSecrets(in: text, interpreter.catalogue)
        let result = CheckedScript.make(
            Source(name: "shell", text: text), catalogue: interpreter.catalogue,
            context: .running(variables: await interpreter.variables.names))
        if case .failure(let problems) = result, problems.isUnfinished { return nil }
        if case .failure = result { remember(said) }
        return result
    }

    private func remember(_ said: [String]) {
        // What looks like a secret is one, from now on and everywhere.
        for secret in SecretShapes.found(in: said.joined(separator: "\n")) { host.log.masking.add(secret) }
        for line in said { history?.append(line) }
    }

    private func report(_ problems: ScriptProblems) async {
        for problem in problems.problems { await interpreter.emit(.failure(problem)) }
    }

    private enum Next { case go, leave }

    /// Ctrl-C cancels what runs, and nothing else.
    private func execute(_ script: CheckedScript) async -> Next {
        let next = await perform(script)
        concern.finishedRunning(isLeaving: next == .leave)
        return next
    }

    private func perform(_ script: CheckedScript) async -> Next {
        let interpreter = interpreter
        for warning in script.warnings { await interpreter.emit(.warning(warning)) }
        let (held, begin) = AsyncStream<Never>.makeStream()
        let work = Task {
            for await _ in held {}
            try await interpreter.execute(script)
        }
        concern.run { work.cancel() }
        begin.finish()
        do {
            try await work.value
            await showNextStep(after: script.statements)
        } catch ScriptEnd.quit {
            return .leave
        } catch is ScriptEnd {
            return .go
        } catch {
            let diagnostic = error as? Diagnostic ?? Diagnostic(.protocolError, "\(error)", nil)
            if diagnostic.code == .cancelled {
                await runner.notice("cancelled")
                for note in diagnostic.notes { await interpreter.emit(.hint(note.text)) }
            } else {
                await interpreter.emit(.failure(diagnostic))
            }
        }
        return .go
    }

    private func showNextStep(after statements: [Statement]) async {
        guard case .command(_, let invocation)? = statements.last,
            invocation.command.description.suggestsNext, let next = await host.nextStep()
        else { return }
        await interpreter.emit(
            LogEvent("next", ["command": .text(next)], "next: \(next)", role: .progress))
    }

    // MARK: The end

    /// Asks what the host wants to know; false goes back to the prompt.
    private func mayLeave() async -> Bool {
        guard await !interpreter.hasDeferred else { return true }
        for question in await host.questionsBeforeLeaving() {
            guard await answer(question) else { return false }
        }
        return true
    }

    private func answer(_ question: LeavingQuestion) async -> Bool {
        let names = question.choices.map(\.name) + ["cancel"]
        let letters = names.compactMap(\.first).map(String.init).joined(separator: "/")
        while true {
            await runner.notice("\(question.text) \(names.joined(separator: " / "))?")
            let line = await read("[\(letters)]")
            // No answer can be had: the first choice is what happens by itself. Ctrl-C means not to leave.
            if line == .endOfInput {
                await question.choices.first?.action()
                return true
            }
            guard case .text(let text) = line else { return false }
            guard let letter = text.lowercased().first else { continue }
            if let choice = question.choices.first(where: { $0.name.first == letter }) {
                await choice.action()
                return true
            }
            if letter == "c" { return false }
        }
    }

    /// - Parameter signal: what ended the prompt; a second one skips the cleanup.
    private func end(by signal: Int32? = nil) async -> Int32 {
        let signals = SignalCounter()
        if let signal { _ = signals.count(signal) }
        let runner = runner
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
        return await runner.finish(nil, reason)
    }
}
