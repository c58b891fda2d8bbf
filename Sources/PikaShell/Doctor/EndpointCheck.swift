import AgentCore

/// Control planes: there, what they should be, and content with our credentials.
enum EndpointCheck {
    static func findings(_ providers: [ProviderDescription], _ environment: [String: String]) async
        -> [Finding]
    {
        await withTaskGroup(of: (Int, Finding).self) { group in
            for (index, provider) in providers.enumerated() {
                group.addTask { (index, await check(provider, environment)) }
            }
            var findings: [(Int, Finding)] = []
            for await finding in group { findings.append(finding) }
            return findings.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private static func check(_ description: ProviderDescription, _ variables: [String: String]) async
        -> Finding
    {
        let environment = ProviderEnvironment(
            variables: variables, clock: ContinuousClock(), log: EventLog())
        let provider: any Provider
        do {
            provider = try description.make(
                ParameterSet(description.parameters, given: [:], environment: variables), environment)
        } catch let error as ParameterError {
            // Says which variable holds what cannot be used.
            let variable = description.parameters.first { $0.name == error.parameter }?.environment
            return Finding(
                description.name, .bad, "\(error)", advice: ["mend \(variable ?? error.parameter)"])
        } catch {
            // Without its credential a provider is not in use.
            return Finding(description.name, .note, Failure(error))
        }
        do {
            try await provider.checkControlPlane()
            return Finding(description.name, .ok, "\(provider.controlPlane) answers, and lets us in")
        } catch {
            let failure = Failure(error)
            // Most people use one provider: one that is not there is bad only where somebody said that it is.
            let isExpected =
                failure.code != .unreachable || description.hasOwnAddress(in: variables)
                || description.name == "fly"
            return Finding(
                description.name, isExpected ? .bad : .note, failure,
                otherwise: ["look whether it runs at \(provider.controlPlane)"])
        }
    }
}
