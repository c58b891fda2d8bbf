import Vocabulary

extension CheckedScript {
    /// The inputs that a script declares outside of blocks.
    ///
    /// - Throws: the first mistake of the script's syntax, `Failure` for a declaration that cannot be read.
    package static func inputs(of source: Source) throws -> [EnvDeclaration] {
        let catalogue = CommandCatalogue([EnvCommand()])
        // Other commands do not matter here: lines that cannot be read are left out.
        let (statements, _) = Parser.parse(source, catalogue: catalogue)
        return try statements.compactMap { statement in
            guard case .command(_, let invocation) = statement else { return nil }
            return try EnvDeclaration(invocation.arguments.map { ($0.key, $0.literal ?? "") })
        }
    }
}
