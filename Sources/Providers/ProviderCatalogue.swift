import AgentCore

/// The providers there are.
package enum ProviderCatalogue {
    package static func all(http: any HTTPClient) -> [ProviderDescription] {
        [MicroVMProvider.description(http: http)]
    }
}
