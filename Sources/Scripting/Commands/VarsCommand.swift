import Vocabulary

/// `vars`
struct VarsCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("vars", "lists all variables with their values")
        description.repetition = .instant
        description.results = [("count", "how many"), ("names", "their names")]
        description.onlyLooks = true
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let variables = await script.variables
        let all = variables.all(
            in: SessionScope.name == nil ? await script.host.currentSession() : SessionScope.name)
        let lines = all.map { name, value in
            "\(name) = \(variables.secrets.contains(name) ? Masking.replacement : value.description)"
        }
        await script.emit(.result(rows: lines))
        return ["count": .number(lines.count), "names": .list(all.map { .text($0.name) })]
    }
}
