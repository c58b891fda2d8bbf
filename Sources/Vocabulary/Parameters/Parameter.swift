/// One parameter of a command or provider, described once for options, `key=value`, help, checker and completion.
///
/// ```swift
/// Parameter("memory-mb", .megabytes(128...4096), "memory in MiB", aliases: ["mem"], default: "1024")
/// ```
public struct Parameter: Equatable, Sendable {
    public enum Kind: Equatable, Sendable {
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

    public enum DurationUnit: Equatable, Sendable { case milliseconds, seconds }

    public let name: String
    public let aliases: [String]
    public let kind: Kind
    public let help: String
    public let defaultText: String?
    /// Environment variable that supplies it; flags beat it, it beats the default.
    public let environment: String?
    public let isRequired: Bool
    /// Takes the place of positional words; the last one may take all that is left.
    public let isPositional: Bool
    /// Its value is masked everywhere from the moment it is read.
    public let isSecret: Bool
    /// May be given several times.
    public let isRepeatable: Bool

    public init(
        _ name: String, _ kind: Kind, _ help: String, aliases: [String] = [],
        default defaultText: String? = nil,
        environment: String? = nil, required: Bool = false, positional: Bool = false, secret: Bool = false,
        repeatable: Bool = false
    ) {
        self.name = name
        self.aliases = aliases
        self.kind = kind
        self.help = help
        self.defaultText = defaultText
        self.environment = environment
        isRequired = required
        isPositional = positional
        isSecret = secret
        isRepeatable = repeatable
    }

    public func isNamed(_ name: String) -> Bool { self.name == name || aliases.contains(name) }

    /// For help and error texts.
    public var placeholder: String {
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
public struct ParameterError: Error, Equatable, CustomStringConvertible {
    public let parameter: String
    public let description: String

    public init(_ parameter: String, _ description: String) {
        self.parameter = parameter
        self.description = description
    }
}
