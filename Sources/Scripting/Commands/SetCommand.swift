import Vocabulary

/// `set [NAME VALUE]`
struct SetCommand: Command {
    private static let logLevel = "log-level"
    private static let timeout = "timeout."
    private static let levels = LogEvent.Level.names

    var description: CommandDescription {
        var description = CommandDescription("set", "changes a setting of this run; alone, shows them")
        description.words = .raw("[\(Self.logLevel) LEVEL | \(Self.timeout)COMMAND TIME]")
        description.repetition = .instant
        description.isDeclaration = true
        description.choices = [Self.logLevel, "\(Self.timeout)wait-keypackage", "\(Self.timeout)spawn"]
        description.details = [
            "\(Self.logLevel): what is shown from now on: \(Self.levels.map(\.name).joined(separator: ", ")).",
            "\(Self.timeout)COMMAND: the limit of that command where its line gives none; `off` is its own again.",
        ]
        description.examples = ["set log-level debug", "set timeout.wait-keypackage 5m"]
        return description
    }

    func problem(in call: WrittenCall) -> WordProblem? {
        guard let first = call.words.first else { return nil }
        // What a person means who knows a shell.
        if first.key != nil || first.source.hasPrefix("-") {
            return WordProblem(
                "set changes settings of this run", at: first,
                hints: ["inputs are declared with env NAME=default, local values with let name=value"])
        }
        guard let name = first.literal, name != Self.logLevel, !name.hasPrefix(Self.timeout) else {
            return nil
        }
        return WordProblem(
            "there is no setting \(name)", at: first,
            hints: [
                Suggestion.nearest(to: name, among: description.choices).map { "did you mean \($0)?" },
                "known: \(Self.logLevel), \(Self.timeout)COMMAND",
            ].compactMap { $0 })
    }

    func choices(after words: [String], in catalogue: CommandCatalogue) -> [String] {
        switch words.count {
        case 0:
            [Self.logLevel]
                + catalogue.commands.map(\.description).filter { $0.repetition != .instant }
                .map { Self.timeout + $0.name.replacing(" ", with: "-") }
        case 1 where words[0] == Self.logLevel: Self.levels.map(\.name)
        default: []
        }
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        guard let name = call.words.first else {
            await script.emit(.result(rows: await shown(script)))
            return [:]
        }
        guard call.words.count == 2 else {
            throw Failure(.usage, "set \(name) needs a value", hints: description.details)
        }
        let value = call.words[1]
        if name == Self.logLevel {
            guard let level = LogEvent.Level(named: value) else {
                throw Failure(
                    .usage, "\(value) is no level",
                    hints: ["levels: \(Self.levels.map(\.name).joined(separator: ", "))"])
            }
            script.host.log.shownLevel = level
        } else if name.hasPrefix(Self.timeout) {
            try await set(limitOf: String(name.dropFirst(Self.timeout.count)), value, script)
        } else {
            throw Failure(
                .usage, "there is no setting \(name)",
                hints: [
                    Suggestion.nearest(to: name, among: description.choices).map { "did you mean \($0)?" },
                    "known: \(Self.logLevel), \(Self.timeout)COMMAND",
                ].compactMap { $0 })
        }
        return [:]
    }

    private func set(limitOf name: String, _ value: String, _ script: Interpreter) async throws {
        guard
            let command = script.catalogue.command(named: name)
                ?? script.catalogue.command(named: name.replacing("-", with: " "))
        else {
            throw Failure(
                .usage, "there is no command \(name)",
                hints: Suggestion.nearest(to: name, among: script.catalogue.names).map {
                    ["did you mean \($0)?"]
                }
                    ?? [])
        }
        let commandName = command.description.name
        guard value != "off" else { return await script.set(limit: nil, of: commandName) }
        if command.description.repetition == .instant {
            throw Failure(.usage, "\(commandName) is done at once: it has no limit")
        }
        guard let limit = DurationText.parse(value, bareUnit: .seconds), limit > .zero else {
            throw Failure(.usage, "\(value) is not a time, such as 90s or 5m")
        }
        await script.set(limit: limit, of: commandName)
    }

    private func shown(_ script: Interpreter) async -> [String] {
        let level = script.host.log.shownLevel
        let name = Self.levels.first { $0.level == level }?.name ?? ""
        return ["\(Self.logLevel) \(name)"]
            + (await script.limits).sorted { $0.key < $1.key }.map {
                "\(Self.timeout)\($0.key.replacing(" ", with: "-")) \($0.value.inSeconds)"
            }
    }
}
