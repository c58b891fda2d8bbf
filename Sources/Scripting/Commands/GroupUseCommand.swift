import AgentCore

/// `group use ID`
struct GroupUseCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("group use", "goes on in a group of an earlier run")
        description.words = .text("ID", required: false)
        description.parameters = [Parameter("session", .text, "name of the session")]
        description.isRepeatable = false
        description.results = GroupFields.results
        description.examples = ["group use 3fa9", "group use \"Agent Chat\""]
        description.details = [
            "Without ID the only active group there is. ID: the beginning of its id, or its name."
        ]
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let session = try await script.host.openSession(named: call.values.text("session"))
        let group = try await session.resumeGroup(call.text.isEmpty ? nil : call.text)
        await script.moveCursor(of: session.name, to: await session.cursor)
        return await GroupFields.publish(group, in: script)
    }
}
