import Vocabulary

/// How often `repeat` may run its body.
enum RepetitionLimits {
    static let range = 0...100_000

    static func failure(_ text: String) -> Failure {
        Failure(
            .usage,
            "repeat needs a number from \(range.lowerBound) to \(range.upperBound), not \"\(text.cut(to: 40))\""
        )
    }
}
