import AgentCore

/// A script's variables and inputs.
package struct Variables: Sendable {
    /// Where inputs come from, first one wins.
    package struct Inputs: Sendable {
        package var sets: [String: String]
        package var environment: [String: String]
        package var dotenv: [String: String]

        package init(
            sets: [String: String] = [:], environment: [String: String] = [:], dotenv: [String: String] = [:]
        ) {
            (self.sets, self.environment, self.dotenv) = (sets, environment, dotenv)
        }

        /// Empty counts as unset.
        package func value(_ name: String) -> String? {
            for source in [sets, environment, dotenv] {
                if let value = source[name], !value.isEmpty { return value }
            }
            return nil
        }
    }

    /// Names that exist without being set.
    package static let builtIn: Set<String> = ["mock", "ci", "tty", "last", "error", "vm", "group", "reply"]

    private var values: [String: EventValue] = [:]
    package let inputs: Inputs
    /// Inputs declared `secret`.
    package private(set) var secrets = Set<String>()

    package init(inputs: Inputs) { self.inputs = inputs }

    package var names: Set<String> { Set(values.keys).union(Self.builtIn) }
    package var all: [(name: String, value: EventValue)] {
        values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    package mutating func set(_ name: String, _ value: EventValue) { values[name] = value }
    package mutating func markSecret(_ name: String) { secrets.insert(name) }
    package func value(_ name: String) -> EventValue? { values[name] }

    /// Follows `$name.field.0.field`.
    package func lookUp(_ path: [String]) throws(VariableError) -> EventValue {
        guard let name = path.first,
            var value = values[name] ?? (Self.builtIn.contains(name) ? EventValue.none : nil)
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
            default: throw VariableError(path: path, why: "is no record")
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
