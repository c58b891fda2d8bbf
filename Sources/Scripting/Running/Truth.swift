import Vocabulary

/// What counts as true, equal and less in conditions.
package enum Truth {
    /// Empty, `no`, `false`, `0` and `off` are false; everything else is true.
    package static func of(_ value: EventValue) -> Bool {
        switch value {
        case .flag(let flag): flag
        case .number(let number): number != 0
        case .exact(let digits): Quantity(digits).map { $0.order(Self.zero) != 0 } ?? true
        case .none: false
        case .text(let text): !["", "no", "false", "0", "off"].contains(text.lowercased())
        case .list(let items): !items.isEmpty
        case .record: true
        }
    }

    private static let zero = Quantity.zero

    /// - Throws: `Failure` (usage) for what cannot be compared.
    package static func holds(_ left: String, _ comparison: Comparison, _ right: String) async throws -> Bool
    {
        switch comparison {
        case .equal: return areSame(left, right)
        case .notEqual: return !areSame(left, right)
        case .contains:
            guard !isNothing(right) else { throw nothingToLookFor("contains") }
            return contains(left, right)
        case .matches: return try await PatternMatch.matches(left, right)
        case .less: return try order(left, comparison, right) < 0
        case .lessOrEqual: return try order(left, comparison, right) <= 0
        case .greater: return try order(left, comparison, right) > 0
        case .greaterOrEqual: return try order(left, comparison, right) >= 0
        }
    }

    private static func order(_ left: String, _ comparison: Comparison, _ right: String) throws -> Int {
        func shown(_ text: String) -> String { "\"\(text.cut(to: 60))\"" }
        guard let a = Quantity(left), let b = Quantity(right) else {
            throw Failure(
                .usage,
                "\(comparison.rawValue) compares numbers, durations or sizes; \(shown(Quantity(left) == nil ? left : right)) is none of these"
            )
        }
        guard let order = a.order(b) else {
            throw Failure(
                .usage,
                "\(shown(left)) is a \(a.dimension.rawValue) and \(shown(right)) a \(b.dimension.rawValue): \(comparison.rawValue) cannot compare them"
            )
        }
        return order
    }

    /// Exactly the same characters: Unicode's equivalent spellings are not.
    package static func areSame(_ left: String, _ right: String) -> Bool {
        left.unicodeScalars.elementsEqual(right.unicodeScalars)
    }

    /// Whether any text would contain it.
    static func isNothing(_ part: String) -> Bool { folded(part).isEmpty }

    static func nothingToLookFor(_ operation: String) -> Failure {
        Failure(
            .mismatch, "\(operation) has nothing to look for: the text is empty",
            hints: ["a variable in it is empty; any text would pass"])
    }

    /// Ignores case and runs of blanks: the text of models varies there.
    package static func contains(_ text: String, _ part: String) -> Bool {
        folded(text).contains(folded(part))
    }

    private static func folded(_ text: String) -> String {
        text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
