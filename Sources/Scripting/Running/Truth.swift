import Vocabulary

/// What counts as true, equal and less in conditions.
package enum Truth {
    /// Empty, `no`, `false`, `0` and `off` are false; everything else is true.
    package static func of(_ value: EventValue) -> Bool {
        switch value {
        case .flag(let flag): flag
        case .number(let number): number != 0
        case .none: false
        case .text(let text): !["", "no", "false", "0", "off"].contains(text.lowercased())
        case .list(let items): !items.isEmpty
        case .record: true
        }
    }

    package static func holds(_ left: String, _ comparison: Comparison, _ right: String) throws -> Bool {
        switch comparison {
        case .equal: return areEqual(left, right)
        case .notEqual: return !areEqual(left, right)
        case .contains: return contains(left, right)
        case .matches: return try matches(left, right)
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            guard let a = Double(left), let b = Double(right) else {
                throw Failure(
                    .usage,
                    "\(comparison.rawValue) compares numbers; \"\(left.cut(to: 60))\" and \"\(right.cut(to: 60))\" are not both numbers"
                )
            }
            return switch comparison {
            case .less: a < b
            case .lessOrEqual: a <= b
            case .greater: a > b
            default: a >= b
            }
        }
    }

    private static func areEqual(_ left: String, _ right: String) -> Bool {
        if left == right { return true }
        guard let a = Double(left), let b = Double(right) else { return false }
        return a == b
    }

    /// Ignores case and runs of blanks: the text of models varies there.
    package static func contains(_ text: String, _ part: String) -> Bool {
        let wanted = folded(part)
        return wanted.isEmpty || folded(text).contains(wanted)
    }

    package static func matches(_ text: String, _ pattern: String) throws -> Bool {
        do {
            return try text.firstMatch(of: Regex(PatternText.body(of: pattern))) != nil
        } catch {
            throw Failure(.usage, "\(pattern) is not a valid regular expression")
        }
    }

    private static func folded(_ text: String) -> String {
        text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
