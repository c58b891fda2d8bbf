import Vocabulary

/// Conditions: `or` binds weakest, then `and`, then `not`; `ok COMMAND` takes all words up to `and` or `or`.
struct ConditionParser {
    let catalogue: CommandCatalogue

    func parse(_ words: ArraySlice<Word>, after keyword: Word) throws(Diagnostic) -> Condition {
        guard !words.isEmpty else {
            throw Diagnostic(
                .usage, "a condition is missing", keyword.range,
                notes: ["for example: if $x == 1, if ok http get URL, unless $mock"])
        }
        // Conditions are parsed recursively; nobody writes one this long.
        guard words.count <= 256 else {
            throw Diagnostic(.usage, "the condition is too long", keyword.range)
        }
        return try disjunction(words)
    }

    private func disjunction(_ words: ArraySlice<Word>) throws(Diagnostic) -> Condition {
        guard let (left, right) = try split(words, at: "or") else { return try conjunction(words) }
        return .or(try conjunction(left), try disjunction(right))
    }

    private func conjunction(_ words: ArraySlice<Word>) throws(Diagnostic) -> Condition {
        guard let (left, right) = try split(words, at: "and") else { return try negation(words) }
        return .and(try negation(left), try conjunction(right))
    }

    private func negation(_ words: ArraySlice<Word>) throws(Diagnostic) -> Condition {
        guard words.first?.bare == "not" else { return try term(words) }
        guard words.count > 1 else { throw incomplete(words) }
        return .not(try negation(words.dropFirst()))
    }

    private func term(_ words: ArraySlice<Word>) throws(Diagnostic) -> Condition {
        let first = words[words.startIndex]
        if first.bare == "ok" {
            guard words.count > 1 else { throw incomplete(words) }
            return .succeeds(try Invocation(Array(words.dropFirst()), in: catalogue))
        }
        if words.count == 1 { return .truth(first) }
        let middle = words[words.startIndex + 1]
        if middle.bare == "=" {
            throw Diagnostic(.usage, "a comparison is written with ==", middle.range, notes: ["if $x == 1"])
        }
        if words.count == 4, middle.bare == Comparison.matches.rawValue, let name = words.last,
            name.key == "as"
        {
            return .match(first, words[words.startIndex + 2], as: name)
        }
        guard words.count == 3, let comparison = middle.bare.flatMap(Comparison.init(rawValue:)) else {
            throw Diagnostic(
                .usage, "this is not a condition", first.range.through(words[words.endIndex - 1].range),
                notes: [
                    "conditions are: $x · A == B (also != < <= > >=) · A contains B · A matches /re/ · ok COMMAND; quote text with blanks"
                ])
        }
        return .comparison(first, comparison, words[words.startIndex + 2])
    }

    private func split(
        _ words: ArraySlice<Word>, at keyword: String
    ) throws(Diagnostic) -> (ArraySlice<Word>, ArraySlice<Word>)? {
        guard let place = words.firstIndex(where: { $0.bare == keyword }) else { return nil }
        let (left, right) = (words[..<place], words[(place + 1)...])
        guard !left.isEmpty, !right.isEmpty else { throw incomplete(words) }
        return (left, right)
    }

    private func incomplete(_ words: ArraySlice<Word>) -> Diagnostic {
        Diagnostic(
            .usage, "the condition is incomplete",
            words[words.startIndex].range.through(words[words.endIndex - 1].range))
    }
}
