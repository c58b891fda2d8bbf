import Foundation

/// A parameter's value after reading and range checks.
package enum ParameterValue: Equatable, Sendable {
    case text(String)
    case integer(Int)
    case duration(Duration)
    case flag(Bool)

    /// Reads `text` as `parameter` wants it.
    package init(_ text: String, for parameter: Parameter) throws(ParameterError) {
        func failure(_ why: String) -> ParameterError {
            ParameterError(parameter.name, "\(parameter.name)=\(text.cut(to: 80)): \(why)")
        }
        switch parameter.kind {
        case .text: self = .text(text)
        case .integer(let range):
            guard let number = Int(text), range.contains(number) else {
                throw failure("a whole number from \(range.lowerBound) to \(range.upperBound) is needed")
            }
            self = .integer(number)
        case .duration(let unit, let range):
            guard let duration = DurationText.parse(text, bareUnit: unit) else {
                throw failure("a time is needed, such as 500ms, 20s, 2m or 2h")
            }
            guard duration >= .seconds(range.lowerBound), duration <= .seconds(range.upperBound) else {
                throw failure("from \(range.lowerBound) to \(range.upperBound) seconds are allowed")
            }
            self = .duration(duration)
        case .megabytes(let range):
            guard let number = Self.megabytes(text) else {
                throw failure("a size is needed, such as 1024, 512mb or 2gb")
            }
            guard range.contains(number) else {
                throw failure("from \(range.lowerBound) to \(range.upperBound) MiB are allowed")
            }
            self = .integer(number)
        case .flag:
            switch text.lowercased() {
            case "yes", "true", "1", "on": self = .flag(true)
            case "no", "false", "0", "off": self = .flag(false)
            default: throw failure("yes or no is needed")
            }
        case .choice(let values):
            guard values.contains(text) else {
                let nearest =
                    Suggestion.nearest(to: text, among: values).map { " (did you mean \($0)?)" } ?? ""
                throw failure("one of \(values.joined(separator: ", ")) is needed\(nearest)")
            }
            self = .text(text)
        case .url:
            guard let url = URL(string: text), let scheme = url.scheme?.lowercased(),
                ["http", "https"].contains(scheme),
                let host = url.host, !host.isEmpty
            else { throw failure("an address such as http://127.0.0.1:8080 is needed") }
            guard url.user == nil, url.password == nil, url.query == nil, url.fragment == nil else {
                // Addresses are printed and kept; this one is not even quoted.
                throw ParameterError(
                    parameter.name,
                    "\(parameter.name): an address here has no user, password, query or fragment; credentials go into the provider's variables"
                )
            }
            guard url.port.map({ (1...65_535).contains($0) }) ?? true else {
                throw failure("a port is a number from 1 to 65535")
            }
            // Foundation's HTTP on Linux refuses them before it asks anybody.
            guard !host.contains(":"), !text.contains("[") else {
                throw failure(
                    "IPv6 addresses in brackets do not work here: use a host name (localhost for ::1)")
            }
            self = .text(scheme + text.dropFirst(scheme.count))
        case .pattern:
            let body = PatternText.body(of: text)
            guard PatternText.compile(body) != nil else {
                throw failure("this is no valid regular expression")
            }
            self = .text(body)
        }
    }

    private static func megabytes(_ text: String) -> Int? {
        let lower = text.lowercased()
        for (suffix, factor) in [("mib", 1), ("mb", 1), ("gib", 1024), ("gb", 1024), ("m", 1), ("g", 1024)]
        where lower.hasSuffix(suffix) {
            guard let number = Int(lower.dropLast(suffix.count)) else { return nil }
            let (product, overflow) = number.multipliedReportingOverflow(by: factor)
            return overflow ? nil : product
        }
        return Int(lower)
    }
}

/// Times as people write them.
package enum DurationText {
    package static func parse(_ text: String, bareUnit: Parameter.DurationUnit) -> Duration? {
        let units: [(String, Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)]
        for (suffix, milliseconds) in units where text.hasSuffix(suffix) {
            guard let number = Double(text.dropLast(suffix.count)) else { continue }
            return duration(number, milliseconds)
        }
        guard let number = Double(text) else { return nil }
        return duration(number, bareUnit == .seconds ? 1000 : 1)
    }

    private static func duration(_ number: Double, _ milliseconds: Int64) -> Duration? {
        guard number.isFinite, number >= 0, number * Double(milliseconds) < 1e12 else { return nil }
        return .milliseconds(Int64(number * Double(milliseconds)))
    }
}
