import Vocabulary

/// A comparison of two fixed texts always ends the same way: nearly always a dollar sign was forgotten.
enum FixedTexts {
    /// - Parameters:
    ///   - left: the bare word on the left.
    ///   - subjects: words that could have been meant instead.
    static func problem(_ left: String, at word: Word, among subjects: [String] = []) -> WordProblem {
        var hints: [String] = []
        if let subject = Suggestion.nearest(to: left, among: subjects) {
            hints.append("did you mean \(subject)?")
        }
        if left.first?.isLetter ?? false { hints.append("did you mean the variable $\(left)?") }
        hints.append("a text that is meant to be compared stands in quotes: \"\(left)\"")
        return WordProblem("this compares two fixed texts", at: word, hints: hints)
    }
}
