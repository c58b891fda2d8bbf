import AgentCore
import Scripting
import Vocabulary

/// `group renew`
struct GroupRenewCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription(
            "group renew",
            "goes on where the group cannot be used any more: with fresh keys, or in a new group")
        description.parameters = [
            Parameter("without", .text, "npub of a member who is not invited into the new group"),
            Parameter(
                "group", .choice(["needed", "new"]), "`new` makes a new group even where fresh keys would do",
                default: "needed"),
        ]
        description.repetition = .onlyWithoutEffect
        description.requirements = [.group]
        description.suggestsNext = true
        description.variables = GroupFields.variables
        description.results = GroupFields.results
        description.examples = ["group renew", "group renew without=npub1…"]
        description.details = [
            "After the state directory was restored from a copy, fresh keys are enough unless the group has gone on by a change of ours; "
                + "then, and after a member has parted the group, a new group takes the place of the old one: same name, relays and members, "
                + "each invited by the newest key package."
        ]
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let session = try await script.currentSession()
        _ = try await session.group(for: "group renew")
        let excluded = try await session.accounts(named: call.values.text("without").map { [$0] } ?? [])
        let group = try await session.renewGroup(
            without: excluded, isNew: call.values.text("group") == "new")
        return await GroupFields.publish(group, in: script)
    }
}
