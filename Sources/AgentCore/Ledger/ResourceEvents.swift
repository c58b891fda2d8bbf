import Foundation
import Vocabulary

/// What is told of resources at control planes, as events: a line for people, fields for programs.
extension LogEvent {
    /// - Parameter more: fields beside those of the entry.
    package static func resource(
        _ name: String, _ entry: ResourceLedger.Entry, _ text: String, _ more: [String: EventValue] = [:],
        isBlock: Bool = false
    ) -> LogEvent {
        LogEvent(name, entry.fields.merging(more) { $1 }, text, role: .answer, isBlock: isBlock)
    }

    static func removed(_ resource: ProviderResource, by provider: String) -> LogEvent {
        LogEvent(
            "removed",
            ["provider": .text(provider), "kind": .text(resource.kind), "id": .text(resource.id)],
            "removed \(provider) \(resource.kind) \(resource.id)", role: .answer)
    }

    static func unproven(
        _ entry: ResourceLedger.Entry, _ resources: [ProviderResource], commands: [String]
    ) -> LogEvent {
        resource(
            "unproven", entry,
            ([
                "this may be ours, or somebody else's; look at it, and remove it yourself or with agent sweep --unproven:"
            ]
                + commands.map { "  \($0)" }).joined(separator: "\n"),
            [
                "candidates": .list(resources.map { .text($0.id) }),
                "commands": .list(commands.map(EventValue.text)),
            ], isBlock: true)
    }
}

extension ResourceLedger.Entry {
    package var fields: [String: EventValue] {
        [
            "id": EventValue(id), "provider": .text(provider), "kind": .text(kind),
            "ledger": .text(change.word), "url": .text(url),
            "time": .text(timeText),
        ]
    }

    package var timeText: String { Date(timeIntervalSince1970: Double(time) / 1000).formatted(.iso8601) }
}

extension ResourceLedger.Entry.Change {
    /// For people.
    package var word: String {
        switch self {
        case .intent: "may have been created"
        case .created: "created"
        case .kept: "kept"
        case .gone: "gone"
        }
    }
}
