import Vocabulary

/// A script's variables. Those that commands set beside their result (`vm`, `group`, `reply`) belong to a session.
package struct Variables: Sendable {
    /// The language's own: they exist without being set.
    package static let builtIn: Set<String> = ["mock", "ci", "tty", "last", "error"]

    private var values: [String: EventValue] = [:]
    private var bySession: [String: [String: EventValue]] = [:]
    /// Names that belong to a session.
    private let sessionNames: Set<String>
    package let inputs: Inputs
    /// Inputs declared `secret`, and what was made of them.
    package private(set) var secrets = Set<String>()
    /// Inputs that were declared, in order: children see them.
    package private(set) var declaredInputs: [String] = []
    /// These exist without being set, and scripts cannot set them.
    package let predefined: Set<String>

    /// - Parameter sessionNames: names that exist, empty, until a command sets them for its session.
    package init(inputs: Inputs, sessionNames: Set<String> = []) {
        self.inputs = inputs
        self.sessionNames = sessionNames
        predefined = Self.builtIn.union(sessionNames)
    }

    package var names: Set<String> { Set(values.keys).union(predefined) }

    package func all(in session: String?) -> [(name: String, value: EventValue)] {
        values.merging(bySession[session ?? ""] ?? [:]) { $1 }.sorted { $0.key < $1.key }.map {
            ($0.key, $0.value)
        }
    }

    package mutating func set(_ name: String, _ value: EventValue, in session: String?) {
        if sessionNames.contains(name) {
            bySession[session ?? "", default: [:]][name] = value
        } else {
            values[name] = value
        }
    }

    package mutating func markSecret(_ name: String) { secrets.insert(name) }

    package mutating func declare(input name: String) {
        if !declaredInputs.contains(name) { declaredInputs.append(name) }
    }

    package func value(_ name: String, in session: String?) -> EventValue? {
        sessionNames.contains(name) ? bySession[session ?? ""]?[name] : values[name]
    }

    /// Those of a part of the script that used the same sessions.
    mutating func takeSessions(from other: Variables) { bySession = other.bySession }

    /// For an included file: inputs and the world's variables, and nothing that this script has set.
    func forIncluded(inputs: Inputs) -> Variables {
        var other = Variables(inputs: inputs, sessionNames: sessionNames)
        for name in ["mock", "tty", "ci"] { other.values[name] = values[name] }
        other.bySession = bySession
        return other
    }

    /// What a script has set itself, in lower case: an included file's results.
    var locals: [String: EventValue] {
        values.filter { $0.key == $0.key.lowercased() && !predefined.contains($0.key) }
    }

    /// Follows `$name.field.0.field`.
    package func lookUp(_ path: [String], in session: String?) throws(VariableError) -> EventValue {
        guard let name = path.first,
            var value = value(name, in: session) ?? (predefined.contains(name) ? EventValue.none : nil)
        else { throw VariableError(path: path, why: "is not defined") }
        for (index, part) in path.enumerated().dropFirst() {
            switch value {
            case .record(let fields):
                guard let next = fields[part] else {
                    let known = fields.keys.sorted().joined(separator: ", ")
                    throw VariableError(path: path, why: "has no field \(part) (known: \(known))")
                }
                value = next
            case .list(let items):
                guard let number = Int(part), items.indices.contains(number) else {
                    throw VariableError(
                        path: path, why: "has \(items.count) items, counted from 0; there is no \(part)")
                }
                value = items[number]
            case .text(let text):
                guard let number = Int(part), number >= 0, let character = text.character(at: number) else {
                    throw VariableError(
                        path: path,
                        why: "is a text of \(text.count) characters, counted from 0; there is no \(part)")
                }
                value = .text(String(character))
            case .none:
                throw VariableError(
                    path: path, why: "is not set yet (\(path.prefix(index).joined(separator: ".")) is empty)")
            default: throw VariableError(path: path, why: "has no fields")
            }
        }
        return value
    }
}

package struct VariableError: Error, Equatable, CustomStringConvertible {
    package let path: [String]
    package let why: String
    package var description: String { "$\(path.joined(separator: ".")) \(why)" }
}

extension String {
    fileprivate func character(at number: Int) -> Character? {
        index(startIndex, offsetBy: number, limitedBy: endIndex).flatMap { $0 < endIndex ? self[$0] : nil }
    }
}
