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
            isOpen = isOpen || script.included.values.contains(where: \.readsOtherFiles)
            let all = [script.statements] + script.included.values.map(\.statements)
            for (declaration, range) in all.flatMap({ (try? declarations(in: $0)) ?? [] }) {
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

    /// The inputs that the script declares, and those of the files that it includes.
    package var inputNames: Set<String> {
        let all = [statements] + included.values.map(\.statements)
        return Set(all.flatMap { (try? Self.declarations(in: $0)) ?? [] }.map(\.declaration.name))
    }

    /// Those of them that are secret.
    package var secretInputs: Set<String> {
        Set(
            ((try? Self.declarations(in: statements)) ?? []).map(\.declaration).filter(\.isSecret)
                .map(\.name))
    }

    private static func declarations(in statements: [Statement]) throws -> [(
        declaration: EnvDeclaration, range: SourceRange
    )] {
        try statements.commands.map(\.invocation).filter { $0.command is EnvCommand }.map { invocation in
            let words = invocation.arguments.map { ($0.key, $0.literal ?? "") }
            return (try EnvDeclaration(words), invocation.range)
        }
    }

    private var readsOtherFiles: Bool {
        statements.commands.contains { $0.invocation.command is SourceCommand }
    }
}
