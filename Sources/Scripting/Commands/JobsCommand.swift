import Vocabulary

/// `jobs`
struct JobsCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription(
            "jobs", "lists what runs beside the prompt: programs, and commands in the background")
        description.repetition = .instant
        description.results = [("count", "how many"), ("names", "their names")]
        description.onlyLooks = true
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let names = await script.jobs.names
        var lines: [String] = []
        for name in names {
            let process = try await script.jobs.process(name)
            lines.append("\(name)  \(process.status.map { "ended with status \($0)" } ?? "running")")
        }
        for name in await script.backgrounds.names {
            let isOver = await script.backgrounds.isOver(name)
            lines.append(
                "\(name)  in the background, \(isOver ? "over: wait \(name) takes its result" : "running")")
        }
        await script.emit(.result(lines.isEmpty ? "no jobs" : lines.joined(separator: "\n")))
        return ["count": .number(names.count), "names": .list(names.map(EventValue.text))]
    }
}
