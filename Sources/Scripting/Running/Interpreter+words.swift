import Vocabulary

/// What the words of a statement come to, with the values that variables have now.
extension Interpreter {
    /// A lone variable keeps its type; everything else is text.
    func value(_ word: Word) throws -> EventValue {
        if word.parts.count == 1, case .variable(let path, let place) = word.parts[0] {
            return try lookUp(path, place)
        }
        return .text(try evaluate(word))
    }

    /// A literal word such as `a,b` stands for several values; a variable for one, unless it is a list.
    func items(_ word: Word) throws -> [EventValue] {
        if !word.isQuoted, let text = word.literal {
            if let numbers = try range(text, word) { return numbers }
            return text.split(separator: ",").map { .text(String($0)) }
        }
        if !word.isQuoted, case .list(let items) = try value(word) { return items }
        return [try value(word)]
    }

    /// The whole numbers of `1..5`; nil for other texts.
    private func range(_ text: String, _ word: Word) throws -> [EventValue]? {
        let ends = text.split(separator: "..", omittingEmptySubsequences: false).map { Int($0) }
        guard ends.count == 2, let first = ends[0], let last = ends[1] else { return nil }
        guard first <= last,
            RepetitionLimits.range.contains(last.subtractingReportingOverflow(first).partialValue)
        else {
            throw diagnostic(
                Failure(
                    .usage,
                    "\(text) is not a range: the smaller number comes first, and at most \(RepetitionLimits.range.upperBound) are between them"
                ), word.range)
        }
        return (first...last).map(EventValue.number)
    }

    func evaluate(_ word: Word) throws -> String {
        var text = ""
        for part in word.parts {
            switch part {
            case .literal(let literal): text += literal
            case .variable(let path, let place): text += try lookUp(path, place).description
            }
        }
        return text
    }

    private func lookUp(_ path: [String], _ place: SourceRange) throws -> EventValue {
        do {
            return try variables.lookUp(path, in: session)
        } catch {
            throw diagnostic(Failure(.usage, "\(error)"), place)
        }
    }
}
