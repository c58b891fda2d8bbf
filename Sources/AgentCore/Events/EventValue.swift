/// A value in an event's record or a command's result.
package enum EventValue: Equatable, Sendable, CustomStringConvertible {
    case text(String)
    case number(Int)
    case flag(Bool)
    case list([EventValue])
    case record([String: EventValue])
    case none

    /// As a script or a person sees it.
    package var description: String {
        switch self {
        case .text(let text): text
        case .number(let number): "\(number)"
        case .flag(let flag): flag ? "yes" : "no"
        case .list(let values): values.map(\.description).joined(separator: ",")
        case .record: json
        case .none: ""
        }
    }

    package var json: String {
        switch self {
        case .text(let text): JSONText.quoted(text)
        case .number(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        case .list(let values): "[" + values.map(\.json).joined(separator: ",") + "]"
        case .record(let fields):
            "{"
                + fields.sorted { $0.key < $1.key }.map { "\(JSONText.quoted($0.key)):\($0.value.json)" }
                .joined(separator: ",") + "}"
        case .none: "null"
        }
    }

    /// The same with every text put through `change`.
    func mapTexts(_ change: (String) -> String) -> EventValue {
        switch self {
        case .text(let text): .text(change(text))
        case .list(let values): .list(values.map { $0.mapTexts(change) })
        case .record(let fields): .record(fields.mapValues { $0.mapTexts(change) })
        case .number, .flag, .none: self
        }
    }
}

/// JSON strings (RFC 8259 §7).
package enum JSONText {
    package static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0}"..<"\u{20}", "\u{7f}":
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
