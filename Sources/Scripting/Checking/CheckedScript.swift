import Vocabulary

/// A script that was parsed once and found free of mistakes: the only thing that runs.
package struct CheckedScript: Sendable {
    package let source: Source
    package let statements: [Statement]
    /// What is probably not meant; it runs all the same.
    package let findings: [Diagnostic]
    /// Those of them that are told before it runs.
    package var warnings: [Diagnostic] { findings.filter(Linter.isForRuns) }
    /// What is known once it has run, for a script that follows.
    package let after: CheckContext
    /// Files that it includes, and those that these include, read once and checked, by their path.
    package let included: [String: CheckedScript]
    /// Every file that it takes in, with `include` or `source`.
    package let readFiles: Set<String>

    /// Stands for a file that cannot be read.
    package init(empty name: String) { self.init(source: Source(name: name, text: ""), statements: []) }

    init(
        source: Source, statements: [Statement], findings: [Diagnostic] = [],
        after: CheckContext = CheckContext(), included: [String: CheckedScript] = [:],
        readFiles: Set<String> = []
    ) {
        (self.source, self.statements, self.findings, self.after) = (source, statements, findings, after)
        (self.included, self.readFiles) = (included, readFiles)
    }

    /// Parses and checks.
    ///
    /// - Returns: the script, or everything that is wrong with it.
    package static func make(
        _ source: Source, catalogue: CommandCatalogue, context: CheckContext = CheckContext()
    ) -> Result<CheckedScript, ScriptProblems> {
        let (statements, syntax) = Parser.parse(source, catalogue: catalogue)
        let found = Checker.check(statements, catalogue: catalogue, context: context)
        let problems = (syntax + found.problems).enumerated()
            .sorted { ($0.element.range?.line ?? 0, $0.offset) < ($1.element.range?.line ?? 0, $1.offset) }
            .map(\.element)
        guard problems.isEmpty else {
            return .failure(ScriptProblems(problems: problems.map { $0.under(.syntax) }))
        }
        return .success(
            CheckedScript(
                source: source, statements: statements,
                findings: Linter.findings(
                    in: LintedScript(source: source, statements: statements, catalogue: catalogue)),
                after: found.after,
                included: found.included, readFiles: found.readFiles))
    }

    /// A statement of the script itself as it is written: the lines from its first one to the next statement's, without what is blank at their
    /// end.
    func lines(ofStatement number: Int) -> [String] {
        let first = statements[number].range.line - 1
        let next = number + 1 < statements.count ? statements[number + 1].range.line - 1 : source.lines.count
        // Several statements on one line are the line's first.
        guard number == 0 || statements[number - 1].range.line - 1 < first else { return [] }
        var lines = Array(
            source.lines[min(first, source.lines.count)..<min(max(next, first + 1), source.lines.count)])
        while let last = lines.last, lines.count > 1,
            last.allSatisfy(\.isWhitespace) || last.drop(while: \.isWhitespace).hasPrefix("#")
        {
            lines.removeLast()
        }
        return lines
    }

    /// What the commands outside of blocks need.
    package var requirements: Set<Requirement> {
        statements.reduce(into: []) { all, statement in
            guard case .command(_, let invocation) = statement else { return }
            all.formUnion(invocation.command.requirements(of: invocation.written))
        }
    }
}

/// What is wrong with a script; it did not run.
package struct ScriptProblems: FailureConvertible {
    package let problems: [Diagnostic]

    package var failure: Failure { problems.first?.failure ?? Failure(.usage, "the script has mistakes") }

    /// More lines would complete the script: the prompt asks for them.
    package var isUnfinished: Bool { problems.allSatisfy(\.isUnfinished) }
}
