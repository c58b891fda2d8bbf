import Vocabulary

/// What a script says of itself as a whole, outside of blocks and without prefixes.
extension CheckedScript {
    /// The names given by `tag`.
    package var tags: Set<String> {
        Set(declarations(TagCommand.self).flatMap { TagCommand.tags(in: $0.arguments) ?? [] })
    }

    /// The world named by `only`; nil for both.
    package var world: World? {
        declarations(OnlyCommand.self).first?.arguments.first?.literal.flatMap(World.init(rawValue:))
    }

    private func declarations<Kind: Command>(_: Kind.Type) -> [Invocation] {
        statements.compactMap { statement in
            guard case .command(let prefixes, let invocation) = statement, prefixes.isEmpty,
                invocation.command is Kind
            else { return nil }
            return invocation
        }
    }
}
