import Vocabulary

/// A script that was parsed once and found free of mistakes: the only thing that runs.
package struct CheckedScript: Sendable {
    package let source: Source
    package let statements: [Statement]
    /// Variables that exist once it has run.
    package let known: Set<String>

    /// Parses and checks.
    ///
    /// - Parameter known: variables that exist before it starts, beside those of the catalogue.
    /// - Returns: the script, or everything that is wrong with it.
    package static func make(
        _ source: Source, catalogue: CommandCatalogue, known: Set<String> = []
    ) -> Result<CheckedScript, ScriptProblems> {
        let (statements, syntax) = Parser.parse(source, catalogue: catalogue)
        let (found, after) = Checker.check(statements, known: known.union(catalogue.variables))
        let problems = (syntax + found).sorted { ($0.range?.line ?? 0) < ($1.range?.line ?? 0) }
        guard problems.isEmpty else { return .failure(ScriptProblems(problems: problems)) }
        return .success(CheckedScript(source: source, statements: statements, known: after))
    }

    /// The statements that begin before a line.
    package func until(line: Int) -> CheckedScript {
        CheckedScript(source: source, statements: statements.filter { $0.range.line < line }, known: known)
    }
}

/// What is wrong with a script; it did not run.
package struct ScriptProblems: Error {
    package let problems: [Diagnostic]

    /// More lines would complete the script: the prompt asks for them.
    package var isUnfinished: Bool { problems.contains(where: \.isUnfinished) }
}

extension CheckedScript {
    /// What the commands outside of blocks need.
    package var requirements: Set<Requirement> {
        statements.reduce(into: []) { all, statement in
            guard case .command(_, let invocation) = statement else { return }
            all.formUnion(invocation.command.requirements(of: invocation.arguments))
        }
    }
}
