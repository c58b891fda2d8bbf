import AgentCore

/// `vms`
struct VMsCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("vms", "lists agents that were started and not removed")
        description.results = [("count", ""), ("ids", "")]
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let entries = try await script.host.resources()
        let lines = entries.map { entry in
            "\(entry.id ?? "(unknown id)")  \(entry.provider)  \(entry.change == .intent ? "may have been created" : entry.change == .kept ? "kept" : "running")  \(entry.url)"
        }
        script.host.log.emit(.result(lines.isEmpty ? "nothing is running" : lines.joined(separator: "\n")))
        return ["count": .number(entries.count), "ids": .list(entries.compactMap(\.id).map(EventValue.text))]
    }
}
