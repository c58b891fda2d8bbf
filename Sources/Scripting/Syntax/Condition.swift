/// A condition of `if` and `unless`.
package indirect enum Condition: Equatable, Sendable {
    case truth(Word)
    case comparison(Word, Comparison, Word)
    /// `A matches /re/ as=m`: the groups are in `$m` where it holds, and empty where it does not.
    case match(Word, Word, as: Word)
    case succeeds(Invocation)
    case not(Condition)
    case and(Condition, Condition)
    case or(Condition, Condition)
}

package enum Comparison: String, Equatable, Sendable, CaseIterable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case contains
    case matches
}
