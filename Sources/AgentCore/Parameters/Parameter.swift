/// One parameter of a command or provider, described once for flags, `key=value`, help, checker and completion.
package struct Parameter: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        case text
        case integer(ClosedRange<Int>)
        /// Unit is what a bare number means; the range is in seconds.
        case duration(unit: DurationUnit, seconds: ClosedRange<Int>)
        /// In MiB; a bare number is MiB.
        case megabytes(ClosedRange<Int>)
        case flag
        case choice([String])
        case url
        case pattern
    }

    package enum DurationUnit: Equatable, Sendable { case milliseconds, seconds }

    package let name: String
    package let aliases: [String]
    package let kind: Kind
    package let help: String
    package let defaultText: String?
    /// Environment variable that supplies it; flags beat it, it beats the default.
    package let environment: String?
    package let isRequired: Bool
    /// Takes the place of positional words; the last one may take all that is left.
    package let isPositional: Bool

    package init(
        _ name: String, _ kind: Kind, _ help: String, aliases: [String] = [],
        default defaultText: String? = nil,
        environment: String? = nil, required: Bool = false, positional: Bool = false
    ) {
        self.name = name
        self.aliases = aliases
        self.kind = kind
        self.help = help
        self.defaultText = defaultText
        self.environment = environment
        isRequired = required
        isPositional = positional
    }

    package func isNamed(_ name: String) -> Bool { self.name == name || aliases.contains(name) }

    /// For help and error texts.
    package var placeholder: String {
        switch kind {
        case .text: "TEXT"
        case .integer: "N"
        case .duration: "TIME"
        case .megabytes: "MIB"
        case .flag: "yes|no"
        case .choice(let values): values.joined(separator: "|")
        case .url: "URL"
        case .pattern: "/REGEX/"
        }
    }
}

/// A parameter that cannot be read, with the way to write it.
package struct ParameterError: Error, Equatable, CustomStringConvertible {
    package let parameter: String
    package let description: String

    package init(_ parameter: String, _ description: String) {
        self.parameter = parameter
        self.description = description
    }
}
