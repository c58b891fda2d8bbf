import Vocabulary

extension CheckedScript {
    /// The inputs that scripts declare outside of blocks, and inside.
    ///
    /// - Throws: `Failure` for a declaration that cannot be read.
    package static func inputs(of source: Source) throws -> [EnvDeclaration] {
        // Other commands do not matter here: lines that cannot be read are left out.
        let (statements, _) = Parser.parse(source, catalogue: CommandCatalogue([EnvCommand()]))
        return try declarations(in: statements).map(\.declaration)
    }

    /// What is wrong with the values that inputs would get, found before anything runs.
    ///
    /// - Parameter scripts: those of one run.
    package static func problems(of inputs: Inputs, for scripts: [CheckedScript]) -> [Diagnostic] {
        var problems: [Diagnostic] = []
        var declared = Set<String>()
        var isOpen = false
        for script in scripts {
            isOpen = isOpen || script.readsOtherFiles
            for (declaration, range) in (try? declarations(in: script.statements)) ?? [] {
                declared.insert(declaration.name)
                do {
                    _ = try declaration.text(from: inputs)
                } catch {
                    problems.append(Diagnostic(error.code, error.message, range, notes: error.hints))
                }
            }
        }
        // What another file declares cannot be known here.
        guard !isOpen else { return problems }
        for name in inputs.sets.keys.sorted() where !declared.contains(name) {
            let nearest = Suggestion.nearest(to: name, among: declared.sorted()).map { "did you mean \($0)?" }
            problems.append(
                Diagnostic(
                    .usage, "--set \(name): the script declares no such input", nil,
                    notes: [
                        nearest
                            ?? (declared.isEmpty
                                ? "declare it in the script: env \(name)=default"
                                : "known: \(declared.sorted().joined(separator: ", "))")
                    ]))
        }
        return problems
    }

    private static func declarations(in statements: [Statement]) throws -> [(
        declaration: EnvDeclaration, range: SourceRange
    )] {
        try statements.flatMap { statement -> [(EnvDeclaration, SourceRange)] in
            switch statement {
            case .command(_, let invocation):
                guard invocation.command is EnvCommand else { return [] }
                let words = invocation.arguments.map { ($0.key, $0.literal ?? "") }
                return [(try EnvDeclaration(words), invocation.range)]
            case .conditional(let branches, _): return try branches.flatMap { try declarations(in: $0.body) }
            case .forEach(_, _, let body, _), .repetition(_, let body, _): return try declarations(in: body)
            case .invalid: return []
            }
        }
    }

    private var readsOtherFiles: Bool {
        func reads(_ statements: [Statement]) -> Bool {
            statements.contains { statement in
                switch statement {
                case .command(_, let invocation): invocation.command is SourceCommand
                case .conditional(let branches, _): branches.contains { reads($0.body) }
                case .forEach(_, _, let body, _), .repetition(_, let body, _): reads(body)
                case .invalid: false
                }
            }
        }
        return reads(statements)
    }
}
