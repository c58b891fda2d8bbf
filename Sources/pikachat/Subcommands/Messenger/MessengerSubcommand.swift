import Messenger
import Vocabulary

/// A command of the messenger that does one thing and prints one object (contracts/daemon-and-messenger.md, section 2).
struct MessengerSubcommand: Subcommand {
    /// As they are for every one of them.
    enum Option {
        static let remote = "--remote"
        static let human = "--human"
        static let offline = "--offline"
    }

    /// What is asked of the messenger, and what must be known before.
    typealias Plan = (MessengerCommand, MessengerRun.Preparation)

    let spec: CommandSpec
    private let command: @Sendable (ParsedArguments, CommandContext) throws -> Plan
    private let shape: @Sendable (EventValue) -> EventValue
    private let text: @Sendable (EventValue) -> [String]

    /// - Parameters:
    ///   - options: of its own.
    ///   - command: what is asked of the messenger, and what must be known before.
    ///   - shape: the result as it is printed.
    ///   - text: the result for people, line by line.
    init(
        _ name: String, _ summary: String, usage: String = "[options]", options: [OptionSpec] = [],
        details: String = "",
        command: @escaping @Sendable (ParsedArguments, CommandContext) throws -> Plan,
        shape: @escaping @Sendable (EventValue) -> EventValue = { $0 },
        text: @escaping @Sendable (EventValue) -> [String]
    ) {
        var spec = CommandSpec(name: name, summary: summary, usage: usage)
        spec.options = options + Self.shared
        spec.details = details
        self.spec = spec
        (self.command, self.shape, self.text) = (command, shape, text)
    }

    static let shared = [
        OptionSpec(
            Option.remote, help: "through the daemon that uses the state directory, and not otherwise"),
        OptionSpec(
            Option.human, help: "for people; on a terminal that is the default, and --json prints the object"),
    ]

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        guard arguments.positionals.isEmpty else {
            throw Failure(.usage, "\(spec.name) takes no \(arguments.positionals[0].cut(to: 60))")
        }
        let (command, preparation) = try command(arguments, context)
        let quiet = context.forProtocol()
        return await quiet.reporting {
            let result = try await MessengerRun(context: quiet)
                .run(command, preparation, isRemote: arguments.has(Option.remote))
            quiet.print(shape(result ?? .record([:])), arguments, text)
            return 0
        }
    }
}

extension CommandContext {
    /// The object, or on a terminal what people want to see of it.
    func print(_ result: EventValue, _ arguments: ParsedArguments, _ text: (EventValue) -> [String]) {
        let isForPeople =
            arguments.has(MessengerSubcommand.Option.human)
            || terminal.isInteractive && !configuration.isJSON
        guard isForPeople else { return terminal.report(result.prettyJSON + "\n") }
        for line in text(result) { terminal.line(line) }
    }
}

extension EventValue {
    /// A member of an object; nothing where it is missing.
    subscript(_ name: String) -> EventValue {
        guard case .record(let fields) = self else { return .none }
        return fields[name] ?? .none
    }

    var items: [EventValue] {
        guard case .list(let items) = self else { return [] }
        return items
    }

    /// The same without a member.
    func without(_ names: String...) -> EventValue {
        guard case .record(var fields) = self else { return self }
        for name in names { fields[name] = nil }
        return .record(fields)
    }

    func with(_ name: String, _ value: EventValue) -> EventValue {
        guard case .record(var fields) = self else { return self }
        fields[name] = value
        return .record(fields)
    }
}
