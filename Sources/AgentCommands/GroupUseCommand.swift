import AgentCore
import Scripting
import Vocabulary

/// `group use ID`
struct GroupUseCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("group use", "continues in a group of an earlier run")
        description.words = .list("ID", required: false)
        description.parameters = [
            Parameter("session", .text, "name of the session"),
            Parameter(
                "gaps", .choice(["refuse", "accept"]),
                "whether to send although relays keep a part of what happened back", default: "refuse"),
        ]
        description.repetition = .never
        description.provides = [.agent, .keyPackage, .group]
        description.suggestsNext = true
        description.variables = GroupFields.variables
        description.results = GroupFields.results
        description.examples = ["group use 3fa9", "group use \"Agent Chat\""]
        description.details = [
            "ID is the beginning of the group's id, or its name; without it, the only active group is taken."
        ]
        description.completes = ["group"]
        return description
    }

    func namings(of call: WrittenCall) -> [(naming: Naming, word: Word)] { SessionNaming.created(by: call) }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let (session, _) = try await script.agents.sessions.open(named: call.sessionName)
        let group = try await session.resumeGroup(
            call.text.isEmpty ? nil : call.text, acceptsGaps: call.values.text("gaps") == "accept")
        await session.read(upTo: session.cursor)
        return await GroupFields.publish(group, in: script)
    }
}
