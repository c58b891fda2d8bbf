import AgentCore
import Scripting
import Vocabulary
import Marmot
import Nostr

/// `group remove|rename|relays|promote|demote|update-keys`: one commit each.
struct GroupChangeCommand: Command {
    let description: CommandDescription
    private let change: @Sendable (CommandCall, AgentSession) async throws -> GroupChange

    private init(
        _ name: String, _ summary: String, words: CommandDescription.Words = .none,
        parameters: [Parameter] = [],
        examples: [String],
        _ change: @escaping @Sendable (CommandCall, AgentSession) async throws -> GroupChange
    ) {
        var description = CommandDescription("group \(name)", summary)
        description.words = words
        description.parameters = parameters
        description.repetition = .onlyWithoutEffect
        description.requirements = [.group]
        description.suggestsNext = true
        description.variables = GroupFields.variables
        description.results = GroupFields.results
        description.examples = examples
        self.description = description
        self.change = change
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let session = try await script.currentSession()
        // What is missing is reported before what is wrong with the words.
        _ = try await session.group(for: description.name)
        let group = try await session.change(change(call, session), as: description.name)
        return await GroupFields.publish(group, in: script)
    }

    static let remove = GroupChangeCommand(
        "remove", "removes members", words: .list("NPUB…", required: true),
        examples: ["group remove npub1…", "group remove agent"]
    ) { call, session in
        .remove(try await session.accounts(named: call.words))
    }

    static let rename = GroupChangeCommand(
        "rename", "changes the group's name or description", words: .list("NAME", required: false),
        parameters: [Parameter("description", .text, "its description")],
        examples: ["group rename \"night shift\"", "group rename description=\"who is on call\""]
    ) { call, _ in
        let name = call.text.isEmpty ? nil : call.text
        let description = call.values.text("description")
        guard name != nil || description != nil else {
            throw Failure(.usage, "group rename needs a name, or description=")
        }
        return .rename(name: name, description: description)
    }

    static let relays = GroupChangeCommand(
        "relays", "sets the relays at which the group meets", words: .list("URL…", required: true),
        examples: ["group relays wss://eu.nostr.pikachat.org"]
    ) { call, _ in
        .relays(try call.words.map { try RelayURL($0) })
    }

    static let promote = GroupChangeCommand(
        "promote", "makes a member an admin", words: .list("NPUB", required: true),
        examples: ["group promote npub1…"]
    ) { call, session in
        .promote(try await session.account(named: call.words))
    }

    static let demote = GroupChangeCommand(
        "demote", "makes an admin an ordinary member; `me` is oneself", words: .list("NPUB", required: true),
        examples: ["group demote me", "group demote agent"]
    ) { call, session in
        .demote(try await session.account(named: call.words))
    }

    static let updateKeys = GroupChangeCommand(
        "update-keys", "gives us fresh encryption and signature keys in the group",
        examples: ["group update-keys"]
    ) { _, _ in .updateKeys }
}
