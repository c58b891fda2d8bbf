import Vocabulary

/// What stands before a command and says when or how it runs.
package enum Prefix: Equatable, Sendable {
    case deferred
    /// In another session, without switching to it.
    case inSession(Word)
    case trying
    case soft
    case fails(FailureCode?)
    case when(Condition)
    case unless(Condition)
}

package indirect enum Statement: Equatable, Sendable {
    case command([Prefix], Invocation)
    /// Branches in order; the last one's condition is nil for `else`.
    case conditional([Branch], SourceRange)
    case forEach(variable: String, values: [Word], body: [Statement], SourceRange)
    case repetition(count: Word, body: [Statement], SourceRange)
    /// A line that was reported already; the variables that it would have defined keep the rest from being reported, too.
    case invalid(defines: [String], SourceRange)

    package struct Branch: Equatable, Sendable {
        package let condition: Condition?
        package let body: [Statement]
    }

    package var range: SourceRange {
        switch self {
        case .command(_, let invocation): invocation.range
        case .conditional(_, let range), .forEach(_, _, _, let range), .repetition(_, _, let range),
            .invalid(_, let range):
            range
        }
    }
}
