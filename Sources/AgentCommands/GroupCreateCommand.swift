import AgentCore
import Scripting
import Vocabulary

/// `group create`
struct GroupCreateCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription(
            "group create", "creates the encrypted group and delivers the Welcome")
        description.parameters = [
            Parameter("name", .text, "name of the group", default: AgentSession.defaultGroupName),
            Parameter("description", .text, "its description"),
        ]
        description.repetition = .onlyWithoutEffect
        description.suggestsNext = true
        description.variables = GroupFields.variables
        description.requirements = [.keyPackage]
        description.provides = [.group]
        description.results = GroupFields.results
        description.examples = ["group create", "group create name=demo"]
        description.usualLimit = .seconds(60)
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let session = try await script.currentSession()
        let group = try await session.createGroup(
            name: call.values.text("name"), description: call.values.text("description") ?? "")
        return await GroupFields.publish(group, in: script)
    }
}
