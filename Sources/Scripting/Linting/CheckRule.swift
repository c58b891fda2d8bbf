import Vocabulary

/// A rule of `pikachat check`: its name, how bad it is, what it is about.
package struct CheckRule: Hashable, Sendable {
    package enum Severity: String, Sendable {
        /// The script does not run.
        case error
        /// It runs, and probably does not do what was meant.
        case warning
    }

    /// In lower case with hyphens: `unused-variable`.
    package let id: String
    package let severity: Severity
    /// One line.
    package let summary: String
    /// What to do about it.
    package let advice: String
    /// Whether `check --fix` mends it.
    package var isFixable = false

    package init(
        _ id: String, _ summary: String, severity: Severity = .warning, advice: String,
        isFixable: Bool = false
    ) {
        (self.id, self.severity, self.summary) = (id, severity, summary)
        (self.advice, self.isFixable) = (advice, isFixable)
    }

    package static func == (a: CheckRule, b: CheckRule) -> Bool { a.id == b.id }
    package func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

/// A change of a script that mends what a rule has found.
package struct ScriptFix: Equatable, Sendable {
    /// What it does: "remove the line".
    package let title: String
    /// The line that it is about, counted from 1.
    package let line: Int
    /// What takes its place; nil removes it.
    package let replacement: String?
    /// Lines that follow it.
    package var following: [String] = []
}

/// Something that a rule looks for in a whole script.
protocol ScriptLint: Sendable {
    static var rule: CheckRule { get }
    /// - Returns: a warning for each place.
    func findings(in script: LintedScript) -> [Diagnostic]
}

/// A script without mistakes, as rules look at it.
struct LintedScript: Sendable {
    let source: Source
    let statements: [Statement]
    let catalogue: CommandCatalogue

    /// Every command in order, also those inside of blocks.
    let commands: [(prefixes: [Prefix], invocation: Invocation)]

    init(source: Source, statements: [Statement], catalogue: CommandCatalogue) {
        (self.source, self.statements, self.catalogue) = (source, statements, catalogue)
        commands = statements.commands
    }

    /// Names of variables that are read somewhere.
    func readNames() -> Set<String> {
        var names = Set<String>()
        func read(_ word: Word) {
            for part in word.parts {
                if case .variable(let path, _) = part, let name = path.first { names.insert(name) }
            }
        }
        for word in statements.words { read(word) }
        return names
    }
}

extension Sequence<Statement> {
    /// Every word that is written in them.
    var words: [Word] {
        flatMap { statement -> [Word] in
            switch statement {
            case .command(let prefixes, let invocation):
                prefixes.flatMap(\.words) + invocation.words
            case .conditional(let branches, _):
                branches.flatMap { ($0.condition?.words ?? []) + $0.body.words }
            case .forEach(let loop, _): loop.values + [loop.jobs].compactMap { $0 } + loop.body.words
            case .repetition(let count, let body, _): [count] + body.words
            case .invalid: []
            }
        }
    }
}

extension Prefix {
    fileprivate var words: [Word] {
        switch self {
        case .when(let condition), .unless(let condition): condition.words
        case .inSession(let word), .background(let word): [word]
        case .deferred, .trying, .soft, .fails: []
        }
    }
}

extension Condition {
    var words: [Word] {
        switch self {
        case .truth(let word): [word]
        case .comparison(let left, _, let right): [left, right]
        case .match(let left, let right, let name): [left, right, name]
        case .succeeds(let invocation): invocation.words
        case .not(let inner): inner.words
        case .and(let a, let b), .or(let a, let b): a.words + b.words
        }
    }
}
