import Vocabulary

/// Makes provider adapters: from what a command was given, for what the ledger remembers, or as the environment alone sets them up.
package struct ProviderFactory: Sendable {
    package let descriptions: [ProviderDescription]
    private let environment: @Sendable (ProviderDescription) -> ProviderEnvironment

    /// - Parameter environment: what each adapter takes from outside.
    package init(
        _ descriptions: [ProviderDescription],
        environment: @escaping @Sendable (ProviderDescription) -> ProviderEnvironment
    ) {
        self.descriptions = descriptions
        self.environment = environment
    }

    package func description(named name: String) -> ProviderDescription? {
        descriptions.first { $0.name == name }
    }

    package func make(_ description: ProviderDescription, _ values: ParameterSet) throws -> any Provider {
        try description.make(values, environment(description))
    }

    /// The adapter for something that the ledger remembers.
    package func make(for entry: ResourceLedger.Entry) throws -> any Provider {
        guard let description = description(named: entry.provider) else {
            throw Failure(
                .usage, "the ledger names a provider \(entry.provider), which this pikachat does not know")
        }
        return try description.make(for: entry, environment(description))
    }

    /// The adapter as the environment alone sets it up.
    package func make(configured description: ProviderDescription) throws -> any Provider {
        let environment = environment(description)
        return try description.make(
            ParameterSet(description.parameters, given: [:], environment: environment.variables), environment)
    }

    /// Whether the environment says that this provider is in use: by its address or its credential.
    package func isConfigured(_ description: ProviderDescription) -> Bool {
        let variables = environment(description).variables
        return description.hasOwnAddress(in: variables)
            || description.variables.contains {
                $0.name.hasSuffix("_TOKEN") && !(variables[$0.name] ?? "").allSatisfy(\.isWhitespace)
            }
    }
}
