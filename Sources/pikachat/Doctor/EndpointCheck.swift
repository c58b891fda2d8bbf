import Vocabulary
import AgentCore

/// Control planes: reachable, what they should be, and content with our credentials.
struct EndpointCheck: Sendable {
    let context: CommandContext

    func findings() async -> [Finding] {
        await withTaskGroup(of: (Int, Finding).self) { group in
            for (index, provider) in context.providers.enumerated() {
                group.addTask { (index, await check(provider)) }
            }
            var findings: [(Int, Finding)] = []
            for await finding in group { findings.append(finding) }
            return findings.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func check(_ description: ProviderDescription) async -> Finding {
        let variables = context.configuration.environment
        let provider: any Provider
        do {
            provider = try ProviderFactory([description]) { [context] _ in
                ProviderEnvironment(variables: variables, clock: ContinuousClock(), log: context.log)
            }.make(configured: description)
        } catch let error as ParameterError {
            // Says which variable holds what cannot be used.
            let variable = description.parameters.first { $0.name == error.parameter }?.environment
            return Finding(
                description.name, .bad, "\(error)", advice: ["correct \(variable ?? error.parameter)"])
        } catch {
            // Without its credential a provider is not in use.
            return Finding(description.name, .note, Failure(error))
        }
        do {
            try await provider.checkControlPlane()
            return Finding(
                description.name, .ok, "\(provider.controlPlane) answers and accepts our credentials")
        } catch {
            let failure = Failure(error)
            // Most people use one provider: another one that cannot be reached is bad only where somebody configured it.
            let isExpected =
                failure.code != .unreachable || description.hasOwnAddress(in: variables)
                || description.isAssumedConfigured
            return Finding(
                description.name, isExpected ? .bad : .note, failure,
                otherwise: ["check that it runs at \(provider.controlPlane)"])
        }
    }
}
