import AgentCore
import Scripting
import Vocabulary
import Nostr

/// `wait-keypackage`
struct WaitKeyPackageCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription(
            "wait-keypackage", "waits for the agent's key package on the relays")
        description.repetition = .waits
        description.suggestsNext = true
        description.requirements = [.agent]
        description.provides = [.keyPackage]
        description.results = [
            ("id", "of the key package event"), ("kind", "30443 or 443"), ("npub", "whose it is"),
        ]
        description.examples = ["wait-keypackage within=2m"]
        description.usualLimit = .seconds(120)
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let found = try await script.currentSession().awaitKeyPackage(within: call.within)
        return [
            "id": .text(found.event.id.hex), "kind": .number(Int(found.event.kind.rawValue)),
            "npub": .text(KeyText.npub(found.account)),
        ]
    }
}
