import Vocabulary

/// What stands before a command and says when or how it runs.
package enum Prefix: Equatable, Sendable {
    case deferred
    /// In another session, without switching to it.
    case inSession(Word)
    /// Beside what follows, until `wait`.
    case background(Word)
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
    case forEach(Loop, SourceRange)
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
        case .conditional(_, let range), .forEach(_, let range), .repetition(_, _, let range),
            .invalid(_, let range):
            range
        }
    }
}

extension Sequence<Statement> {
    /// Every command with its prefixes, in order, also those inside of blocks and of conditions.
    package var commands: [(prefixes: [Prefix], invocation: Invocation)] {
        flatMap { statement -> [(prefixes: [Prefix], invocation: Invocation)] in
            switch statement {
            case .command(let prefixes, let invocation):
                prefixes.flatMap(\.condition.commands) + [(prefixes, invocation)]
            case .conditional(let branches, _):
                branches.flatMap { ($0.condition?.commands ?? []) + $0.body.commands }
            case .forEach(let loop, _): loop.body.commands
            case .repetition(_, let body, _): body.commands
            case .invalid: []
            }
        }
    }
}

extension Prefix {
    fileprivate var condition: Condition? {
        switch self {
        case .when(let condition), .unless(let condition): condition
        case .deferred, .inSession, .background, .trying, .soft, .fails: nil
        }
    }
}

extension Optional<Condition> {
    fileprivate var commands: [(prefixes: [Prefix], invocation: Invocation)] { self?.commands ?? [] }
}

extension Condition {
    fileprivate var commands: [(prefixes: [Prefix], invocation: Invocation)] {
        switch self {
        case .truth, .comparison, .match: []
        case .succeeds(let invocation): [([], invocation)]
        case .not(let inner): inner.commands
        case .and(let a, let b), .or(let a, let b): a.commands + b.commands
        }
    }
}
