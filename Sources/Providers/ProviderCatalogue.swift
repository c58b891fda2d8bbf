import AgentCore

/// The providers there are.
package enum ProviderCatalogue {
    package static func all(http: any HTTPClient) -> [ProviderDescription] {
        [
            FlyProvider.description(http: http), WorkersProvider.description(http: http),
            MicroVMProvider.description(http: http),
        ]
    }
}
