/// The values given for a list of parameters, with precedence: given, environment, default.
public struct ParameterSet: Sendable {
    private let values: [String: ParameterValue]
    private let givenTexts: [String: String]
    /// Names that were given explicitly, in the spelling of the description.
    package let given: Set<String>

    /// - Parameters:
    ///   - given: name or alias to text; blank text counts as absent.
    ///   - environment: variables that may supply values.
    package init(
        _ parameters: [Parameter], given: [String: String], environment: [String: String]
    ) throws(ParameterError) {
        var values: [String: ParameterValue] = [:]
        var explicit = Set<String>()
        var texts: [String: String] = [:]
        for (name, text) in given where !text.allSatisfy(\.isWhitespace) {
            guard let parameter = parameters.first(where: { $0.isNamed(name) }) else {
                let nearest = Suggestion.nearest(
                    to: name, among: parameters.flatMap { [$0.name] + $0.aliases })
                throw ParameterError(
                    name, "there is no \(name)= here" + (nearest.map { " (did you mean \($0)=?)" } ?? ""))
            }
            guard explicit.insert(parameter.name).inserted else {
                throw ParameterError(name, "\(parameter.name)= is given twice")
            }
            values[parameter.name] = try ParameterValue(text, for: parameter)
            texts[parameter.name] = text
        }
        for parameter in parameters where values[parameter.name] == nil {
            let fromEnvironment = parameter.environment.flatMap { environment[$0] }
                .flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
            if let text = fromEnvironment ?? parameter.defaultText {
                values[parameter.name] = try ParameterValue(text, for: parameter)
            } else if parameter.isRequired {
                throw ParameterError(parameter.name, "\(parameter.name) is missing: \(parameter.help)")
            }
        }
        self.values = values
        self.given = explicit
        givenTexts = texts
    }

    /// What was given for a parameter, as it was written; empty when nothing was.
    package func text(givenFor name: String) -> String { givenTexts[name] ?? "" }

    /// A text, choice, address or pattern; nil when there is none.
    public func text(_ name: String) -> String? {
        if case .text(let text)? = values[name] { text } else { nil }
    }

    /// A whole number, for `megabytes` in MiB; nil when there is none.
    public func integer(_ name: String) -> Int? {
        if case .integer(let number)? = values[name] { number } else { nil }
    }

    /// A time; nil when there is none.
    public func duration(_ name: String) -> Duration? {
        if case .duration(let duration)? = values[name] { duration } else { nil }
    }

    /// Whether it is there and says yes.
    public func flag(_ name: String) -> Bool {
        if case .flag(let flag)? = values[name] { flag } else { false }
    }
}
