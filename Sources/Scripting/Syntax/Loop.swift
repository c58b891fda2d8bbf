import Vocabulary

/// `for NAME in VALUE… [jobs=N] [keep-going]`
package struct Loop: Equatable, Sendable {
    package let variable: String
    /// Where it is named.
    let variableRange: SourceRange
    package let values: [Word]
    /// How many bodies run at a time; nil: one after the other, with the variables around them.
    package let jobs: Word?
    /// Runs the other bodies, too, when one has failed.
    package let keepsGoing: Bool
    package let body: [Statement]

    static let jobsKey = "jobs"
    static let keepGoing = "keep-going"
    static let jobsRange = 1...1000

    static func failure(jobs text: String) -> Failure {
        Failure(
            .usage,
            "jobs=\(text.cut(to: 40)) is not a whole number from \(jobsRange.lowerBound) to \(jobsRange.upperBound)"
        )
    }

    /// What tells the bodies apart: the values, where they are different names, otherwise their numbers.
    static func labels(of values: [EventValue]) -> [String] {
        let texts = values.map(\.description)
        let areNames = texts.allSatisfy { text in
            (1...40).contains(text.count)
                && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) }
        }
        return areNames && Set(texts).count == texts.count ? texts : values.indices.map { "\($0 + 1)" }
    }
}
