import Vocabulary
import Cryptography
import Nostr

extension AgentSession {
    /// Starts an agent with a fresh key at a provider.
    ///
    /// - Parameter keep: leave it running at the end, whatever the provider's policy.
    package func provision(with provider: any Provider, name: String?, keep: Bool) async throws
        -> ProvisionedAgent
    {
        try state.requireVacant("spawn")
        await stopListening()
        if name != nil, !provider.takesNames {
            emit(
                .warning(
                    "\(provider.name) agents have no names: the spawner numbers them; the one given is not used"
                ))
        }
        let botKey = try Secp256k1SecretKey.random(from: environment.random)
        environment.log.masking.add(key: botKey)
        let suffix = Hex.encode(try environment.random.bytes(4))
        let recorder = ResourceRecorder(
            ledger: environment.ledger, provider: provider.name, url: provider.controlPlane, suffix: suffix)
        let request = ProvisionRequest(
            botKey: botKey, owner: environment.client.publicKey, relays: environment.pool.relays, name: name,
            suffix: suffix)
        emit(.provisioning(provider: provider.name, text: provider.progressText))
        let (agent, seconds) = try await timed { try await uninterrupted(provider, request, recorder) }
        self.provider = provider
        self.recorder = recorder
        keepsRunning = keep
        state.began(with: .provisioned(agent))
        emit(
            .provisioned(provider: provider.name, id: agent.id, detail: agent.detail, seconds: seconds))
        return agent
    }

    /// A request that creates something is never abandoned half way: after Ctrl-C its answer is awaited (bounded by the
    /// provider's own timeout), and what it created is removed.
    private func uninterrupted(
        _ provider: any Provider, _ request: ProvisionRequest, _ recorder: ResourceRecorder
    ) async throws -> ProvisionedAgent {
        let creation = Task { try await provider.provision(request, ledger: recorder) }
        let log = environment.log
        let limit = provider.provisionLimit.inSeconds
        let agent = try await withTaskCancellationHandler {
            try await creation.value
        } onCancel: {
            log.emit(
                .warning(
                    "interrupted: waiting up to \(limit) for the provider's answer, to remove what it creates"
                ))
        }
        guard Task.isCancelled else { return agent }
        if provider.canRemove { emit(.tearingDown(id: agent.id)) }
        let start = ContinuousClock.now
        let removal = Task {
            for resource in agent.resources where provider.canRemove {
                try await provider.remove(resource)
                try await recorder.isGone(resource.kind, id: resource.id)
            }
        }
        try await removal.value
        if provider.canRemove {
            emit(.tornDown(id: agent.id, seconds: (ContinuousClock.now - start) / .seconds(1)))
        } else {
            for hint in provider.retentionHints(for: agent) { emit(.hint(hint)) }
        }
        throw CancellationError()
    }

    /// Talks to an agent that somebody else started.
    package func attach(to key: XOnlyKey) async throws {
        try state.requireVacant("attach")
        guard key != environment.client.publicKey else {
            throw Failure(.usage, "this is our own key: name the agent's")
        }
        await stopListening()
        provider = nil
        recorder = nil
        state.began(with: .attached(key))
        emit(.attached(npub: KeyText.npub(key)))
    }

    func timed<Value: Sendable>(_ body: () async throws -> Value) async rethrows -> (Value, Double) {
        let start = ContinuousClock.now
        let value = try await body()
        let elapsed = ContinuousClock.now - start
        return (value, Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18)
    }
}
