import Foundation

/// JSON as it is, to be changed and written again.
enum JSONValue: Codable, Equatable, Sendable {
    case null
    case boolean(Bool)
    case number(Double)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .boolean(let value): try container.encode(value)
        case .number(let value):
            if let whole = Int64(exactly: value) {
                try container.encode(whole)
            } else {
                try container.encode(value)
            }
        case .text(let value): try container.encode(value)
        case .list(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }

    /// Paths of all members, outer ones first.
    var memberPaths: [[String]] {
        guard case .object(let members) = self else { return [] }
        return members.sorted { $0.key < $1.key }.flatMap { name, value in
            [[name]] + value.memberPaths.map { [name] + $0 }
        }
    }

    subscript(path: ArraySlice<String>) -> JSONValue? {
        get {
            guard let name = path.first else { return self }
            guard case .object(let members) = self else { return nil }
            return members[name]?[path.dropFirst()]
        }
        set {
            guard let name = path.first, case .object(var members) = self else { return }
            if path.count == 1 {
                members[name] = newValue
            } else {
                members[name]?[path.dropFirst()] = newValue
            }
            self = .object(members)
        }
    }

    func isSameKind(as other: JSONValue) -> Bool {
        switch (self, other) {
        case (.null, .null), (.boolean, .boolean), (.number, .number), (.text, .text), (.list, .list),
            (.object, .object):
            true
        default: false
        }
    }
}
