import Vocabulary

/// Parameters that every command takes.
package enum UniversalParameters {
    package static let all = [
        Parameter("as", .text, "stores the result under this name"),
        Parameter("timeout", .duration(unit: .seconds, seconds: 0...86_400), "limit of one try"),
        Parameter(
            "within", .duration(unit: .seconds, seconds: 0...86_400),
            "tries again until it succeeds, for at most this long"),
        Parameter(
            "every", .duration(unit: .seconds, seconds: 0...3600), "pause between tries", default: "500ms"),
        Parameter("stable", .duration(unit: .seconds, seconds: 0...86_400), "must stay true for this long"),
    ]

    /// What is wrong with a value, beyond its type: a time of nothing leaves nothing to do.
    static func problem(_ value: ParameterValue, of parameter: Parameter) -> String? {
        guard case .duration(.zero) = value else { return nil }
        return "\(parameter.name)= is no time at all"
    }
}
