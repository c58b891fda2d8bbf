import AgentCore

/// A command as written, before its name is looked up.
package struct Invocation: Equatable, Sendable {
    /// All words, the command's own name first.
    package let words: [Word]

    package var range: SourceRange {
        guard let first = words.first, let last = words.last else {
            return SourceRange(line: 1, column: 1, length: 1)
        }
        return first.range.through(last.range)
    }

    package var source: String { words.map(\.source).joined(separator: " ") }
}

/// What stands before a command and says when or how it runs.
package enum Prefix: Equatable, Sendable {
    case deferred
    case trying
    case soft
    case fails(FailureCode?)
    case when(Condition)
    case unless(Condition)
}

/// A condition of `if` and `unless`.
package indirect enum Condition: Equatable, Sendable {
    case truth(Word)
    case comparison(Word, Comparison, Word)
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

package indirect enum Statement: Equatable, Sendable {
    case command([Prefix], Invocation)
    /// Branches in order; the last one's condition is nil for `else`.
    case conditional([(condition: Condition?, body: [Statement])], SourceRange)
    case forEach(variable: String, values: [Word], body: [Statement], SourceRange)
    case repetition(count: Word, body: [Statement], SourceRange)

    package var range: SourceRange {
        switch self {
        case .command(_, let invocation): invocation.range
        case .conditional(_, let range), .forEach(_, _, _, let range), .repetition(_, _, let range): range
        }
    }

    package static func == (a: Statement, b: Statement) -> Bool {
        switch (a, b) {
        case (.command(let p, let x), .command(let q, let y)): p == q && x == y
        case (.conditional(let p, _), .conditional(let q, _)):
            p.elementsEqual(q) { $0.condition == $1.condition && $0.body == $1.body }
        case (.forEach(let v, let w, let p, _), .forEach(let x, let y, let q, _)): v == x && w == y && p == q
        case (.repetition(let n, let p, _), .repetition(let m, let q, _)): n == m && p == q
        default: false
        }
    }
}

/// A parsed file.
package struct Script: Sendable {
    package let name: String
    package let source: String
    package let statements: [Statement]
}
