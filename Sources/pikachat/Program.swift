import AgentCommands
import AgentCore
import PikaShell
import Providers
import Scripting
import Vocabulary

/// The command line: which subcommand is meant, and its help.
struct Program: Sendable {
    let terminal: Terminal
    let interrupts: Interrupts
    let environment: [String: String]
    /// Knows the credentials of the environment from the start, whether or not a provider asks for them.
    private let masking = Masking()

    init(terminal: Terminal, interrupts: Interrupts, environment: [String: String]) {
        (self.terminal, self.interrupts, self.environment) = (terminal, interrupts, environment)
    }

    private static let providers = ProviderCatalogue.all(http: CurlHTTPClient())

    private static let subcommands: [any Subcommand] =
        [
            ShellCommand(), RunCommand(), DebugScriptCommand(), TestCommand(), CheckCommand(),
            FormatCommand(),
            LanguageServerCommand(),
            DoCommand(), DaemonCommand(), InitCommand(), IdentityCommand(), ListenCommand(),
            DownloadMediaCommand(), BotCommand(),
            ProfileCommand(changes: false), ProfileCommand(changes: true),
            AgentNewCommand(providers: providers),
            AgentListCommand(), AgentInspectCommand(), AgentKeepCommand(), AgentDeleteCommand(),
            AgentSweepCommand(),
            MockServerCommand(), DoctorCommand(), HelpSubcommand { Program.subcommands },
        ] + MessengerSubcommand.all

    /// - Returns: the exit status.
    func run(_ arguments: ArraySlice<String>) async -> Int32 {
        masking.addCredentials(of: Self.providers, in: environment)
        terminal.mask(with: masking)
        do {
            return try await dispatch(arguments)
        } catch {
            let failure = Failure(error)
            terminal.block("error: \(failure.description)", to: .error)
            return failure.code.exitStatus
        }
    }

    private func dispatch(_ arguments: ArraySlice<String>) async throws -> Int32 {
        // Global options may stand before the command.
        let leading = try Arguments.parse(arguments, options: Arguments.global, stopAtPositional: true)
        if leading.has("--version") {
            terminal.line(Main.version)
            return 0
        }
        guard !leading.positionals.isEmpty else {
            terminal.block(
                HelpText.overview(Self.subcommands.map(\.spec)), to: leading.has("--help") ? .output : .error)
            return leading.has("--help") ? 0 : FailureCode.usage.exitStatus
        }
        if let page = Self.familyHelp(leading, arguments) {
            terminal.block(page)
            return 0
        }
        let (command, words) = try Self.find(leading.positionals)
        let before = arguments.prefix(arguments.count - leading.positionals.count)
        let rest = before + leading.positionals.dropFirst(words)
        let parsed = try Arguments.parse(rest, options: Arguments.global + command.spec.options)
        if parsed.has("--help") {
            terminal.block(try command.help(parsed))
            return 0
        }
        let configuration = try Configuration(parsed, environment: environment)
        let context = CommandContext(
            configuration, style: command.style, masking: masking, terminal: terminal, interrupts: interrupts)
        do {
            if let channels = parsed.value("--trace") { try context.log.trace.apply(option: channels) }
            return try await command.run(parsed, context)
        } catch {
            let failure = Failure(error)
            context.log.emit(.failure(failure))
            return failure.code.exitStatus
        }
    }

    /// `pikachat agent --help`: the commands that begin with this word.
    private static func familyHelp(_ leading: ParsedArguments, _ arguments: ArraySlice<String>) -> String? {
        guard leading.positionals.count == 2, ["--help", "-h"].contains(leading.positionals[1]) else {
            return nil
        }
        let family = subcommands.map(\.spec).filter { $0.name.hasPrefix(leading.positionals[0] + " ") }
        guard !family.isEmpty else { return nil }
        return "pikachat \(leading.positionals[0])\n\n" + TextTable.rows(family.map { ($0.name, $0.summary) })
    }

    static func find(_ words: [String]) throws -> (command: any Subcommand, words: Int) {
        let two = words.prefix(2).joined(separator: " ")
        if words.count > 1, let found = subcommands.first(where: { $0.spec.name == two }) {
            return (found, 2)
        }
        if let found = subcommands.first(where: { $0.spec.name == words[0] }) { return (found, 1) }
        let names = subcommands.map(\.spec.name)
        let family = names.filter { $0.hasPrefix(words[0] + " ") }
        guard family.isEmpty else {
            throw Failure(
                .usage,
                words.count > 1 ? "there is no command \(two)" : "\(words[0]) needs a second word",
                hints: [
                    Suggestion.nearest(to: two, among: family).map { "did you mean \($0)?" }
                        ?? "known: \(family.joined(separator: ", "))"
                ])
        }
        let nearest = Suggestion.nearest(to: words[0], among: names)
        throw Failure(
            .usage, "there is no command \(words[0])",
            hints: [nearest.map { "did you mean \($0)?" } ?? "pikachat --help lists all commands"])
    }
}

extension Masking {
    /// What the variables of providers are set to where that is a credential.
    func addCredentials(of providers: [ProviderDescription], in values: [String: String]) {
        for variable in providers.flatMap(\.variables) where variable.isSecret {
            if let value = values[variable.name] { add(value) }
        }
    }
}
