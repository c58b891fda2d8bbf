import AgentCore
import Vocabulary

/// Waiting for a machine to start.
extension FlyProvider {
    /// States in which a machine does not become ready by itself.
    private static let ended: Set<String> = [
        "stopping", "stopped", "suspending", "suspended", "destroying", "destroyed", "failed",
    ]

    /// Asks again until the machine has started: a wait that runs out (408) and passing trouble mean nothing by
    /// themselves. The step's own limit ends it.
    package func awaitReadiness(of agent: ProvisionedAgent) async throws {
        struct Answer: Decodable { let ok: Bool }
        let instance = agent.fields["instance"]?.description ?? ""
        let query = plane.text.isUsableID(instance) ? "&instance_id=\(instance)" : ""
        let trouble = PassingTrouble(log: environment.log)
        while true {
            do {
                let answer = try await plane.get(
                    "/machines/\(agent.id)/wait?state=started\(query)&timeout=60", as: Answer.self,
                    timeout: .seconds(75), purpose: "wait for machine \(agent.id)",
                    isFinal: { $0.status == 408 })
                guard answer.ok else {
                    throw ProviderError(.notReady, "Fly reports that machine \(agent.id) has not started")
                }
                return
            } catch let failure as HTTPFailure where failure.isPassing {
                if case .status(408, _, _) = failure.reason {} else { trouble.tell(failure) }
            }
            try await checkIsComing(agent)
            try await environment.clock.sleep(for: .seconds(1))
        }
    }

    private func checkIsComing(_ agent: ProvisionedAgent) async throws {
        let state: String?
        do {
            state = try await inspect(ProviderResource(kind: "machine", id: agent.id))
        } catch let failure as HTTPFailure where failure.isPassing {
            return
        }
        guard let state, !Self.ended.contains(state) else {
            throw ProviderError(
                .notReady, "machine \(agent.id) did not start; its state is \(state ?? "gone")",
                hints: ["check its log: fly logs -a \(options.app) -i \(agent.id)"])
        }
    }
}
