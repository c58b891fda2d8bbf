import Vocabulary

/// All commands there are, in the order in which help shows them, with the failure codes that scripts may name.
///
/// ```swift
/// let catalogue = CommandCatalogue.general + [DeployCommand()]
/// ```
public struct CommandCatalogue: Sendable {
    /// In the order of the help.
    public let commands: [any Command]
    /// Those that `fails CODE:` knows.
    public let failureCodes: [FailureCode]
    private let byName: [String: Int]

    /// A later command replaces an earlier one of the same name.
    public init(_ commands: [any Command], failureCodes: [FailureCode] = FailureCode.standard) {
        var kept: [any Command] = []
        var byName: [String: Int] = [:]
        for command in commands {
            let description = command.description
            if let place = kept.firstIndex(where: { $0.description.name == description.name }) {
                kept[place] = command
            } else {
                kept.append(command)
            }
        }
        // A name goes before another command's alias.
        for (place, command) in kept.enumerated() {
            for alias in command.description.aliases where byName[alias] == nil { byName[alias] = place }
        }
        for (place, command) in kept.enumerated() { byName[command.description.name] = place }
        self.commands = kept
        self.byName = byName
        self.failureCodes = failureCodes
    }

    /// The commands that need nothing but a `ScriptHost`.
    public static let general = CommandCatalogue([
        HTTPCommand(), StartCommand(), StopCommand(), JobsCommand(), LogsCommand(), ShCommand(),
        WaitCommand(),
        ExpectCommand(), ParseCommand(), SnapshotCommand(), EnvCommand(), LetCommand(), RequireCommand(),
        StepCommand(), PauseCommand(), EchoCommand(),
        HintCommand(), SleepCommand(), TagCommand(), OnlyCommand(), SkipCommand(), FailCommand(),
        TraceCommand(), ShowCommand(), TimelineCommand(), DeferredCommand(), SetCommand(), HelpCommand(),
        VarsCommand(),
        HistoryCommand(), AgainCommand(), SaveCommand(), SourceCommand(), IncludeCommand(), QuitCommand(),
    ])

    /// The same with these commands last; one of a name that is there already takes its place.
    public static func + (catalogue: CommandCatalogue, more: [any Command]) -> CommandCatalogue {
        CommandCatalogue(catalogue.commands + more, failureCodes: catalogue.failureCodes)
    }

    /// The same with these commands first.
    public static func + (first: [any Command], catalogue: CommandCatalogue) -> CommandCatalogue {
        let names = Set(first.map(\.description.name))
        return CommandCatalogue(
            first + catalogue.commands.filter { !names.contains($0.description.name) },
            failureCodes: catalogue.failureCodes)
    }

    /// The same, knowing more failure codes.
    public func adding(failureCodes more: [FailureCode]) -> CommandCatalogue {
        CommandCatalogue(commands, failureCodes: failureCodes + more)
    }

    /// Of all commands, without aliases.
    public var names: [String] { commands.map(\.description.name) }

    /// By name or alias.
    public func command(named name: String) -> (any Command)? { byName[name].map { commands[$0] } }

    /// Variables that exist without being set: the language's own, and those that commands set.
    public var variables: Set<String> { Variables.builtIn.union(sessionVariables) }

    /// Those of them that belong to a session.
    var sessionVariables: Set<String> { Set(commands.flatMap(\.description.variables)) }

    /// The command that words name, and how many of them are the name.
    ///
    /// - Throws: `Diagnostic` with the nearest name.
    func resolve(_ words: [Word]) throws(Diagnostic) -> (command: any Command, nameWords: Int) {
        let bare = words.prefix(2).map(\.bare)
        if bare.count == 2, let first = bare[0], let second = bare[1],
            let found = command(named: "\(first) \(second)")
        {
            return (found, 2)
        }
        if let first = bare.first ?? nil, let found = command(named: first) { return (found, 1) }
        throw unknown(words)
    }

    private func unknown(_ words: [Word]) -> Diagnostic {
        let first = words[0]
        let written = first.bare ?? first.source
        let two = words.prefix(2).map(\.source).joined(separator: " ")
        let family = names.filter { $0.hasPrefix(written + " ") }
        if !family.isEmpty, !written.isEmpty {
            let nearest = Suggestion.nearest(to: two, among: family).map { ["did you mean \($0)?"] } ?? []
            return Diagnostic(
                .usage, words.count > 1 ? "there is no command \(two)" : "\(written) needs a second word",
                first.range, notes: nearest + ["known: \(family.joined(separator: ", "))"])
        }
        if let advice = ForeignSyntax.advice(for: words) {
            return Diagnostic(.usage, "there is no command \(written)", first.range, notes: [advice])
        }
        let nearest =
            Suggestion.nearest(to: two, among: names) ?? Suggestion.nearest(to: written, among: names)
        return Diagnostic(
            .usage, "there is no command \(written)", first.range,
            notes: nearest.map { ["did you mean \($0)?"] } ?? ["help lists all commands"])
    }
}
