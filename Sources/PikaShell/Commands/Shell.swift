import AgentCore
import Foundation
import Scripting

/// The read-evaluate-print loop over one shared session pipeline.
final class Shell: Sendable {
    private let host: LiveHost
    private let interpreter: Interpreter
    private let catalogue: CommandCatalogue
    private let output: OutputQueue
    private let usesColor: Bool
    private let history: History?
    private let interrupts = ShellInterrupts()

    init(
        host: LiveHost, interpreter: Interpreter, catalogue: CommandCatalogue, output: OutputQueue,
        usesColor: Bool
    ) {
        self.host = host
        self.interpreter = interpreter
        self.catalogue = catalogue
        self.output = output
        self.usesColor = usesColor
        // The mock world's directory goes away: its history would, too.
        history = host.isMock ? nil : History(path: host.jobDirectory + "/history")
    }

    /// - Returns: the exit status.
    func run(first statements: [Statement], from source: ScriptSource?) async -> Int32 {
        let completions = Completions(
            catalogue: catalogue, providers: host.providers, extraNames: ShellBuiltin.names)
        let interrupts = interrupts
        Signals.shared.handle { interrupts.signal($0) }
        let reader: any LineReading =
            LineEditor(
                output: output, history: history?.load() ?? [],
                complete: { completions.candidates(for: $0) },
                onInterrupt: { interrupts.typed(afterLines: $0) }) ?? PlainPrompt(output: output)
        output.line(
            "pikachat shell\(host.isMock ? " (mock: nothing leaves this machine)" : ""). help lists the commands, quit ends.",
            to: .error)
        if let source { await execute(statements, source) }
        var said: [String] = []
        while true {
            let line = await read(reader, prompt: await prompt(continued: !said.isEmpty))
            if let number = interrupts.leaving {
                _ = await end()
                return 128 + number
            }
            switch line {
            case .interrupted: said = []
            case .endOfInput where !said.isEmpty: said = []
            case .endOfInput: if await mayLeave(reader) { return await end() }
            case .text(let text):
                said.append(text)
                let whole = said.joined(separator: "\n")
                if text.hasSuffix("\\") || Parser.isIncomplete(whole) { continue }
                said = []
                remember(whole)
                switch ShellBuiltin(whole) {
                case .quit: if await mayLeave(reader) { return await end() }
                case let builtin?: await run(builtin)
                case nil: await evaluate(whole)
                }
            }
        }
    }

    private func read(_ reader: any LineReading, prompt: String) async -> LineEditor.Line {
        let reading = Task { await reader.readLine(prompt: prompt) }
        interrupts.read { reading.cancel() }
        defer { interrupts.finishedReading() }
        return await reading.value
    }

    // MARK: Prompt

    private func prompt(continued: Bool) async -> String {
        if continued { return "…> " }
        guard let session = await host.sessions().first else { return "pika> " }
        let state = await session.state
        let name: String
        if let agent = state.agent {
            name = state.isRunning ? " \(agent.id)" : ""
        } else {
            name = state.origin == nil ? "" : " attached"
        }
        let mark = await host.sessions().count > 1 ? " [\(session.name)]" : ""
        let text = "pika\(name)\(mark)>"
        // libedit wants colours between U+0001; the prompt must end in something visible.
        return usesColor && !name.isEmpty ? "\u{1}\u{1b}[1m\u{1}\(text)\u{1}\u{1b}[0m\u{1} " : "\(text) "
    }

    private func remember(_ text: String) {
        guard let history, !text.allSatisfy(\.isWhitespace) else { return }
        // A line that holds a secret stays out of the file.
        guard host.log.masking.mask(text) == text else { return }
        for line in text.split(separator: "\n") { history.append(String(line)) }
    }

    // MARK: Commands

    private func evaluate(_ text: String) async {
        let source = ScriptSource(name: "shell", text: text)
        let renderer = DiagnosticRenderer(name: source.name, source: text)
        do {
            let script = try Parser.parse(text, name: source.name)
            let problems = Checker.check(
                script.statements, catalogue: catalogue, known: await interpreter.variables.names)
            guard problems.isEmpty else {
                for problem in problems {
                    host.log.emit(.failure(code: problem.code.rawValue, message: renderer.render(problem)))
                }
                return
            }
            await execute(script.statements, source)
        } catch {
            host.log.emit(.failure(code: error.code.rawValue, message: renderer.render(error)))
        }
    }

    /// Errors do not end the sitting; Ctrl-C cancels only what runs.
    private func execute(_ statements: [Statement], _ source: ScriptSource) async {
        let renderer = DiagnosticRenderer(name: source.name, source: source.text)
        await interpreter.say(sourceName: source.name)
        let interpreter = interpreter
        let work = Task { try await interpreter.execute(statements) }
        interrupts.run { work.cancel() }
        defer { interrupts.finishedRunning() }
        do {
            try await work.value
            await showNext(after: statements)
        } catch is ScriptSkipped {
            return
        } catch let diagnostic as Diagnostic {
            if diagnostic.code == .cancelled {
                let notes = diagnostic.notes.map { "\nhint: \($0)" }.joined()
                return output.line("cancelled\(notes)", to: .error)
            }
            host.log.emit(.failure(code: diagnostic.code.rawValue, message: renderer.render(diagnostic)))
        } catch {
            host.log.emit(.failure(code: "protocol", message: "\(error)"))
        }
    }

    private func showNext(after statements: [Statement]) async {
        guard case .command(_, let invocation)? = statements.last,
            ["spawn", "attach", "wait-keypackage", "group"].contains(invocation.words.first?.bare ?? ""),
            let session = await host.sessions().first
        else { return }
        output.line("  next: \(await session.state.nextCommand)", to: .error)
    }

    private func run(_ builtin: ShellBuiltin) async {
        switch builtin {
        case .help(let topic): output.line(CommandHelp.text(for: topic, catalogue))
        case .vars:
            let secrets = await interpreter.variables.secrets
            for (name, value) in await interpreter.variables.all {
                output.line(
                    "\(name) = \(secrets.contains(name) ? "‹redacted›" : host.log.masking.mask(value.description))"
                )
            }
        case .history: for line in history?.load().suffix(50) ?? [] { output.line(line) }
        case .save(let path): save(path)
        case .source(let path):
            do {
                let source = try ScriptSource.load(path)
                let script = try Parser.parse(source.text, name: path)
                let problems = Checker.check(
                    script.statements, catalogue: catalogue, known: await interpreter.variables.names)
                let renderer = DiagnosticRenderer(name: path, source: source.text)
                for problem in problems {
                    host.log.emit(.failure(code: problem.code.rawValue, message: renderer.render(problem)))
                }
                if problems.isEmpty { await execute(script.statements, source) }
            } catch {
                host.log.emit(.failure(code: "usage", message: "\(error)"))
            }
        case .quit: break
        }
    }

    private func save(_ path: String) {
        guard let history else { return output.line("the mock shell keeps no history to save", to: .error) }
        guard !FileManager.default.fileExists(atPath: path) else {
            return output.line("\(path) exists already; choose another name", to: .error)
        }
        let text = history.load().joined(separator: "\n") + "\n"
        do {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            output.line("saved to \(path)", to: .error)
        } catch {
            output.line("cannot write \(path): \(error.localizedDescription)", to: .error)
        }
    }

    // MARK: The end

    /// Asks what becomes of agents that still run; false goes back to the prompt.
    private func mayLeave(_ reader: any LineReading) async -> Bool {
        guard await !interpreter.hasDeferred else { return true }
        for session in await host.sessions() {
            guard await session.state.isRunning, await session.exitPolicy == .destroy,
                let agent = await session.state.agent
            else { continue }
            asking: while true {
                output.line("\(agent.id) is still running. teardown / keep / cancel?", to: .error)
                let line = await read(reader, prompt: "[t/k/c] ")
                // No answer to be had: what costs money goes. Ctrl-C means not to leave.
                if line == .endOfInput { break asking }
                guard case .text(let answer) = line else { return false }
                switch answer.lowercased().first {
                case "t": break asking
                case "k":
                    await session.keepAtEnd()
                    break asking
                case "c": return false
                default: continue
                }
            }
        }
        return true
    }

    private func end() async -> Int32 {
        let ending = Ending(host: host)
        let signals = InterruptCounter()
        interrupts.end { [output] number in
            guard signals.count(number) > 1 else {
                return output.line("cleaning up (again to skip)", to: .error)
            }
            Task { ForcedExit.now(status: 128 + number, leaving: await ending.manualCommands()) }
        }
        let failures = await interpreter.cleanUp()
        let (left, hints) = await ending.settle(isScript: false)
        for hint in await interpreter.hints + hints { host.log.emit(.hint(hint)) }
        for failure in failures {
            host.log.emit(.failure(code: failure.code.rawValue, message: failure.message))
        }
        for failure in left {
            host.log.emit(.failure(code: failure.code.rawValue, message: failure.description))
        }
        return failures.isEmpty && left.isEmpty ? 0 : FailureCode.leak.exitStatus
    }
}
