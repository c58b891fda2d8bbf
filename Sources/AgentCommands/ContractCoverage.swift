import AgentCore
import Scripting
import Vocabulary

/// The contract with the providers, as events show it: calls of control planes, stages of an agent's life, faults.
package enum ContractCoverage {
    /// Something that scripts can exercise, and whether an event shows that they have.
    package struct Item: Sendable {
        package let name: String
        package let isHit: @Sendable (LogEvent) -> Bool
    }

    package struct Section: Sendable {
        package let title: String
        package let items: [Item]
    }

    package static func sections(_ providers: [ProviderDescription]) -> [Section] {
        let calls = providers.map { provider in
            Section(
                title: "calls of \(provider.name)",
                items: provider.calls.map { call in Item(name: call.description) { call.isMade(in: $0) } })
        }
        return calls + [Section(title: "stages", items: stages), Section(title: "faults", items: faults)]
    }

    /// Events that show a stage.
    private static var stages: [Item] {
        [
            ("spawn", "provision.done"), ("keypackage", "keypackage.found"), ("group", "group.created"),
            ("welcome", "welcome.sent"), ("say", "sent"), ("reply", "reply"),
            ("change of the group", "epoch"),
            ("teardown", "teardown.done"), ("teardown that fails", "teardown.failed"), ("keep", "kept"),
        ].map { name, event in Item(name: name) { $0.name == event } }
    }

    /// Every kind of fault at every stage where it is possible.
    private static var faults: [Item] {
        FaultStage.allCases.flatMap { stage in
            stage.kinds.map { kind in
                Item(name: "\(stage.rawValue) \(kind.rawValue)") { FaultCommand.sets(stage, kind, in: $0) }
            }
        }
    }
}
