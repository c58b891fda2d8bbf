/// A value in an event's fields or in a command's result.
///
/// ```swift
/// let result: [String: EventValue] = ["id": .text("vm-1"), "tries": .number(2)]
/// ```
public enum EventValue: Equatable, Sendable, CustomStringConvertible {
    /// A text.
    case text(String)
    /// A whole number.
    case number(Int)
    /// A number that is not an `Int`, in exactly the digits in which it came.
    case exact(String)
    /// As people read it, yes or no.
    case flag(Bool)
    /// Several values; scripts reach them as `$name.0`.
    case list([EventValue])
    /// Values by name; scripts reach them as `$name.field`.
    case record([String: EventValue])
    /// Nothing: null in JSON, empty as text.
    case none

    /// A text that may be missing.
    public init(_ text: String?) { self = text.map(EventValue.text) ?? EventValue.none }

    /// As a script or a person sees it.
    public var description: String {
        switch self {
        case .text(let text): text
        case .number(let number): "\(number)"
        case .exact(let digits): digits
        case .flag(let flag): flag ? "yes" : "no"
        case .list(let values): values.map(\.description).joined(separator: ",")
        case .record: json
        case .none: ""
        }
    }

    /// The value as JSON (RFC 8259); `none` is null.
    public var json: String {
        switch self {
        case .text(let text): JSONText.quoted(text)
        case .number(let number): "\(number)"
        case .exact(let digits): digits
        case .flag(let flag): "\(flag)"
        case .list(let values): "[" + values.map(\.json).joined(separator: ",") + "]"
        case .record(let fields):
            "{"
                + fields.sorted { $0.key < $1.key }.map { "\(JSONText.quoted($0.key)):\($0.value.json)" }
                .joined(separator: ",") + "}"
        case .none: "null"
        }
    }

    /// The value as JSON over several lines, two blanks for each level, names in alphabetical order.
    package var prettyJSON: String { prettyJSON(indent: "") }

    private func prettyJSON(indent: String) -> String {
        let inner = indent + "  "
        switch self {
        case .list(let values) where !values.isEmpty:
            return "[\n" + values.map { inner + $0.prettyJSON(indent: inner) }.joined(separator: ",\n")
                + "\n\(indent)]"
        case .record(let fields) where !fields.isEmpty:
            return "{\n"
                + fields.sorted { $0.key < $1.key }
                .map { "\(inner)\(JSONText.quoted($0.key)): \($0.value.prettyJSON(indent: inner))" }
                .joined(separator: ",\n") + "\n\(indent)}"
        default: return json
        }
    }

    /// The same with every text put through `change`.
    func mapTexts(_ change: (String) -> String) -> EventValue {
        switch self {
        case .text(let text): .text(change(text))
        case .list(let values): .list(values.map { $0.mapTexts(change) })
        case .record(let fields):
            // Names come from outside, too.
            .record(
                Dictionary(
                    fields.map { (change($0.key), $0.value.mapTexts(change)) }, uniquingKeysWith: { $1 }))
        case .number, .exact, .flag, .none: self
        }
    }
}
