import Foundation
import Scripting
import Vocabulary

/// A command shell for any program: its commands, its host, a terminal. Files, single lines and the prompt run the same way.
///
/// ```swift
/// let shell = Shell(catalogue: .general + [DeployCommand()], host: MyHost(), terminal: .standard)
/// exit(await shell.run(arguments: CommandLine.arguments))
/// ```
///
/// It installs no signal handlers, changes no locale, no environment and no descriptor, and never ends the process.
public struct Shell: Sendable {
    /// How events are shown.
    public enum Output: Sendable {
        /// For people.
        case text
        /// One JSON object per event, for programs.
        case json
        /// By the program itself, which listens to the host's log.
        case none
    }

    private let catalogue: CommandCatalogue
    private let host: any ScriptHost
    private let terminal: Terminal
    private let interrupts: Interrupts
    private let historyPath: String?
    private let inputs: Inputs

    /// - Parameters:
    ///   - catalogue: all commands that there are.
    ///   - host: what they act on; its log gets every event.
    ///   - terminal: where it reads and writes; it masks the secrets of the host's log from now on.
    ///   - interrupts: hands signals in; without it, nothing interrupts a run but a Ctrl-C typed at the prompt. One run at a time.
    ///   - historyPath: where the prompt keeps the lines typed; nil keeps none.
    ///   - inputs: values for `env` lines, as `--set` gives them; they beat the host's environment.
    public init(
        catalogue: CommandCatalogue, host: any ScriptHost, terminal: Terminal,
        interrupts: Interrupts = Interrupts(), historyPath: String? = nil, inputs: [String: String] = [:]
    ) {
        self.init(
            catalogue: catalogue, host: host, terminal: terminal, interrupts: interrupts,
            historyPath: historyPath, inputs: Inputs(sets: inputs, environment: host.environment))
    }

    package init(
        catalogue: CommandCatalogue, host: any ScriptHost, terminal: Terminal, interrupts: Interrupts,
        historyPath: String?, inputs: Inputs
    ) {
        self.catalogue = catalogue
        self.host = host
        self.terminal = terminal
        self.interrupts = interrupts
        self.historyPath = historyPath
        self.inputs = inputs
        terminal.mask(with: host.log.masking)
        host.log.masking.addSecrets(of: host.environment, catalogue)
    }

    // MARK: For programs

    /// What a command line asks for: `[FILE…] [-c COMMAND]… [--set NAME=VALUE]… [--json]`, or `--help`; without a file or command the
    /// prompt, or standard input where there is no terminal. Several files are one run, and so are several commands.
    ///
    /// - Parameter arguments: the program's name first, which is not looked at.
    /// - Returns: the exit status; 2 for arguments that are wrong, and nothing ran.
    public func run(arguments: [String]) async -> Int32 {
        do {
            let parsed = try ShellArguments(arguments.dropFirst())
            if parsed.isHelp {
                terminal.block(ShellArguments.usage(of: arguments.first))
                await terminal.drain()
                return 0
            }
            let shell = Shell(
                catalogue: catalogue, host: host, terminal: terminal, interrupts: interrupts,
                historyPath: historyPath,
                inputs: Inputs(
                    sets: inputs.sets.merging(parsed.sets) { $1 }, environment: inputs.environment))
            return await shell.showing(parsed.isJSON ? .json : .text, shell.style(for: parsed)) {
                await shell.run(parsed)
            }
        } catch {
            let failure = Failure(error)
            terminal.block("error: \(failure.description)", to: .error)
            await terminal.drain()
            return failure.code.exitStatus
        }
    }

    private func isPrompt(_ arguments: ShellArguments) -> Bool {
        arguments.files.isEmpty && arguments.commands.isEmpty && terminal.isInteractive
    }

    private func style(for arguments: ShellArguments) -> TextRenderer.Style {
        isPrompt(arguments) ? .prompt : .script
    }

    private func run(_ arguments: ShellArguments) async -> Int32 {
        if isPrompt(arguments) { return await prompt() }
        do {
            if !arguments.commands.isEmpty {
                let text = arguments.commands.joined(separator: "\n")
                return await run(sources: [Source(name: "-c", text: text)])
            }
            var sources: [Source] = []
            for file in arguments.files.isEmpty ? ["-"] : arguments.files {
                sources.append(file == "-" ? try await awaitStandardInput() : try Source.load(file))
            }
            return await run(sources: sources)
        } catch {
            let failure = Failure(error)
            host.log.emit(.failure(failure))
            return failure.code.exitStatus
        }
    }

    /// Runs a script.
    ///
    /// - Returns: the exit status; 2 when it has mistakes, and nothing of it ran.
    /// - Throws: `Failure` (usage) for a file that cannot be read.
    public func run(file path: String, output: Output = .text) async throws -> Int32 {
        let source = try Source.load(path)
        return await showing(output, .script) { await run(sources: [source]) }
    }

    /// Runs one line, or several.
    ///
    /// - Returns: the exit status; 2 when it has mistakes, and nothing of it ran.
    public func run(line: String, output: Output = .text) async -> Int32 {
        await showing(output, .script) { await run(sources: [Source(name: "-c", text: line)]) }
    }

    /// The prompt; returns when it is left.
    ///
    /// - Returns: the exit status.
    public func runPrompt(output: Output = .text) async -> Int32 {
        await showing(output, .prompt) { await prompt() }
    }

    private func showing(
        _ output: Output, _ style: TextRenderer.Style, _ body: () async -> Int32
    ) async -> Int32 {
        let log = host.log
        let listener: Int?
        let terminal = terminal
        log.settle(by: { await terminal.hasRoom() }, shown: { await terminal.hasShownAll() })
        switch output {
        case .text:
            let renderer = TextRenderer(style: style, level: log.shownLevel, terminal: terminal)
            listener = log.listen { renderer.render($0) }
        case .json:
            let renderer = JSONRenderer(terminal: terminal)
            listener = log.listen { renderer.render($0) }
        case .none: listener = nil
        }
        defer { if let listener { log.stopListening(listener) } }
        let status = await body()
        await terminal.drain()
        return status
    }

    // MARK: The parts

    /// On a thread of its own: whoever writes may take long, and the threads of async work are few.
    private func awaitStandardInput() async throws -> Source {
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread { continuation.resume(with: Result { try standardInput() }) }
            thread.start()
        }
    }

    /// All of standard input, as a script; blocks its thread.
    ///
    /// - Throws: `Failure` (usage) for more than `Source.maximumBytes`, or what is not UTF-8.
    package func standardInput() throws -> Source {
        guard let bytes = DescriptorLines.all(of: terminal.input, limitBytes: Source.maximumBytes),
            let text = String(validating: bytes, as: UTF8.self)
        else {
            throw Failure(
                .usage, "stdin: not a UTF-8 text of at most \(Source.maximumBytes >> 20) MiB")
        }
        return Source(name: "stdin", text: text)
    }

    /// Parses and checks, one after the other: later sources know what earlier ones bring. Reports every problem, also of the inputs.
    ///
    /// - Parameter provided: what is there beside what the host brings.
    /// - Returns: the scripts that are fine, and what is wrong with the others.
    package func check(_ sources: [Source], provided: Set<Requirement> = []) -> (
        scripts: [CheckedScript], problems: [Diagnostic]
    ) {
        var scripts: [CheckedScript] = []
        var problems: [Diagnostic] = []
        for source in sources {
            host.log.masking.addSecrets(in: source.text, catalogue)
            let context = scripts.last?.after ?? CheckContext(host: host.provided.union(provided))
            switch CheckedScript.make(source, catalogue: catalogue, context: context) {
            case .success(let script): scripts.append(script)
            case .failure(let found): problems += found.problems
            }
        }
        if problems.isEmpty { problems = CheckedScript.problems(of: inputs, for: scripts) }
        for problem in problems { host.log.emit(.failure(problem)) }
        for warning in scripts.flatMap(\.warnings) { host.log.emit(.warning(warning)) }
        return (scripts, problems)
    }

    private func run(sources: [Source]) async -> Int32 {
        let (scripts, problems) = check(sources)
        guard problems.isEmpty else { return Diagnostic.exitStatus(of: problems) }
        return await run(scripts)
    }

    /// Runs checked scripts one after the other as one run.
    ///
    /// - Parameters:
    ///   - limit: for all of them; cleanup comes on top.
    ///   - until: stops before this line of the last one.
    ///   - settings: how this run differs from others.
    ///   - afterwards: what a conversation does once the scripts have run.
    package func run(
        _ scripts: [CheckedScript], limit: Duration? = nil, until line: Int? = nil,
        manner: ScriptRunner.Manner = .script, settings: RunSettings = RunSettings(),
        afterwards: @escaping @Sendable (Interpreter) async throws -> Void = { _ in }
    ) async -> Int32 {
        let runner = ScriptRunner(
            interpreter: makeInterpreter(settings), interrupts: interrupts, manner: manner)
        return await runner.run(limit: limit.map(settings.scaled)) { interpreter in
            for (index, script) in scripts.enumerated() {
                try await interpreter.execute(script, until: index == scripts.count - 1 ? line : nil)
            }
            try await afterwards(interpreter)
        }
    }

    /// - Parameter first: runs before the first prompt.
    package func prompt(first: CheckedScript? = nil) async -> Int32 {
        await Prompt(
            interpreter: makeInterpreter(), terminal: terminal, interrupts: interrupts, history: history
        ).run(first: first)
    }

    /// Runs a checked script in the debugger.
    ///
    /// - Returns: the exit status.
    /// - Throws: `Failure` (usage) for a breakpoint that cannot be.
    package func debug(
        _ script: CheckedScript, _ options: DebugOptions, settings: RunSettings = RunSettings()
    ) async throws -> Int32 {
        let debugger = Debugger(isStepping: options.isStepping)
        let catalogue = DebugCommand.all(of: debugger) + catalogue
        let interpreter = makeInterpreter(settings, catalogue, stepping: debugger)
        let sitting = Sitting(
            catalogue: catalogue, log: host.log, terminal: terminal, interrupts: interrupts, history: history)
        return try await DebugRun(
            debugger: debugger, interpreter: interpreter, sitting: sitting,
            runner: ScriptRunner(interpreter: interpreter, interrupts: interrupts, manner: .script)
        ).run(script, options)
    }

    private var history: HistoryFile? { historyPath.map { HistoryFile(path: $0, masking: host.log.masking) } }

    private func makeInterpreter(
        _ settings: RunSettings = RunSettings(), _ catalogue: CommandCatalogue? = nil,
        stepping: (any Stepping)? = nil
    ) -> Interpreter {
        var settings = settings
        settings.columns = terminal.columns
        return Interpreter(
            host: host, catalogue: catalogue ?? self.catalogue, inputs: inputs,
            isTerminal: terminal.isInteractive, history: history, settings: settings, stepping: stepping)
    }
}
