import AgentCore

/// All providers.
package enum ProviderCatalogue {
    package static func all(http: any HTTPClient) -> [ProviderDescription] {
        [
            FlyProvider.description(http: http), WorkersProvider.description(http: http),
            MicroVMProvider.description(http: http),
        ]
    }
}
