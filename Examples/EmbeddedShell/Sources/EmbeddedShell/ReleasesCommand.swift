import PikaShell

/// `releases`
struct ReleasesCommand: Command {
    let deployments: Deployments

    var description: CommandDescription {
        var description = CommandDescription("releases", "lists what is live")
        description.results = [("count", "how many"), ("versions", "their versions")]
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let live = await deployments.live
        let lines = live.map { "\($0.version)  \($0.region)  \($0.isConfirmed ? "confirmed" : "on trial")" }
        await script.emit(.result(lines.isEmpty ? "nothing is live" : lines.joined(separator: "\n")))
        return ["count": .number(live.count), "versions": .list(live.map { .text($0.version) })]
    }
}
