import Vocabulary

/// A script's variables and inputs.
package struct Variables: Sendable {
    /// The language's own: they exist without being set.
    package static let builtIn: Set<String> = ["mock", "ci", "tty", "last", "error"]

    private var values: [String: EventValue] = [:]
    package let inputs: Inputs
    /// Inputs declared `secret`.
    package private(set) var secrets = Set<String>()

    /// These exist without being set, and cannot be set by scripts.
    package let predefined: Set<String>

    /// - Parameter predefined: names that exist, empty, until something sets them.
    package init(inputs: Inputs, predefined: Set<String> = builtIn) {
        self.inputs = inputs
        self.predefined = predefined
    }

    package var names: Set<String> { Set(values.keys).union(predefined) }
    package var all: [(name: String, value: EventValue)] {
        values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    package mutating func set(_ name: String, _ value: EventValue) { values[name] = value }
    package mutating func markSecret(_ name: String) { secrets.insert(name) }
    package func value(_ name: String) -> EventValue? { values[name] }

    /// Follows `$name.field.0.field`.
    package func lookUp(_ path: [String]) throws(VariableError) -> EventValue {
        guard let name = path.first,
            var value = values[name] ?? (predefined.contains(name) ? EventValue.none : nil)
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
