/// One parameter of a command or provider, described once for options, `key=value`, help, checker and completion.
///
/// ```swift
/// Parameter("memory-mb", .megabytes(128...4096), "memory in MiB", aliases: ["mem"], default: "1024")
/// ```
public struct Parameter: Equatable, Sendable {
    /// What its text must be, and what it is read as.
    public enum Kind: Equatable, Sendable {
        /// Any text.
        case text
        /// A whole number of this range.
        case integer(ClosedRange<Int>)
        /// Unit is what a bare number means; the range is in seconds.
        case duration(unit: DurationUnit, seconds: ClosedRange<Int>)
        /// In MiB; a bare number is MiB.
        case megabytes(ClosedRange<Int>)
        /// `yes`, `true`, `1`, `on`, or their contraries.
        case flag
        /// One of these words.
        case choice([String])
        /// An http or https address without user, password, query and fragment.
        case url
        /// A regular expression, with or without slashes around it.
        case pattern
    }

    /// What a number without a unit counts.
    public enum DurationUnit: Equatable, Sendable { case milliseconds, seconds }

    public let name: String
    /// Other names that are understood.
    public let aliases: [String]
    /// What its text must be.
    public let kind: Kind
    /// What it means, in a few words.
    public let help: String
    /// As it would be written; nil when it has none.
    public let defaultText: String?
    /// Environment variable that supplies it; flags beat it, it beats the default.
    public let environment: String?
    /// Whether a line without it is wrong.
    public let isRequired: Bool
    /// Its value is masked everywhere from the moment it is read.
    public let isSecret: Bool
    /// May be given several times.
    public let isRepeatable: Bool

    /// - Parameters:
    ///   - name: in lower case, with hyphens.
    ///   - help: what it means, in a few words.
    ///   - defaultText: as it would be written.
    ///   - environment: the variable that supplies it where the line does not.
    public init(
        _ name: String, _ kind: Kind, _ help: String, aliases: [String] = [],
        default defaultText: String? = nil,
        environment: String? = nil, required: Bool = false, secret: Bool = false, repeatable: Bool = false
    ) {
        self.name = name
        self.aliases = aliases
        self.kind = kind
        self.help = help
        self.defaultText = defaultText
        self.environment = environment
        isRequired = required
        isSecret = secret
        isRepeatable = repeatable
    }

    /// By its name or an alias.
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
package struct ParameterError: Error, Equatable, CustomStringConvertible {
    package let parameter: String
    package let description: String

    package init(_ parameter: String, _ description: String) {
        self.parameter = parameter
        self.description = description
    }
}
