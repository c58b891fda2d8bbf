import Vocabulary

/// A result as lines that people can read and compare.
enum SnapshotText {
    /// They differ each time, or say nothing about the answer.
    private static let left: Set<String> = ["ms", "tries", "code", "message"]

    static func of(_ value: EventValue) -> String {
        guard case .record(let fields) = value else { return lines(value, "").joined(separator: "\n") }
        let kept = fields.filter { !left.contains($0.key) && $0.value != .none }
        return lines(.record(kept), "").joined(separator: "\n")
    }

    /// Fields by name, items by `-`, deeper ones indented.
    private static func lines(_ value: EventValue, _ indent: String) -> [String] {
        switch value {
        case .record(let fields):
            fields.sorted { $0.key < $1.key }.flatMap { entry($0.value, "\(indent)\($0.key):", indent) }
        case .list(let items): items.flatMap { entry($0, "\(indent)-", indent) }
        case .text(let text):
            text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { indent + $0 }
        case .number, .exact, .flag, .none: [indent + value.description]
        }
    }

    private static func entry(_ value: EventValue, _ lead: String, _ indent: String) -> [String] {
        let inner = lines(value, indent + "  ")
        switch value {
        case .record, .list: return [lead] + inner
        case .text, .number, .exact, .flag, .none:
            guard inner.count == 1 else { return [lead] + inner }
            return ["\(lead) \(inner[0].drop { $0 == " " })"]
        }
    }
}
