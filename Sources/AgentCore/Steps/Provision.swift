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
        // Only now: what fails must not cost the conversation there is.
        await stopListening()
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
        var warning = LogEvent.warning(
            "interrupted: waiting up to \(provider.provisionLimit.inSeconds) for the provider's answer, to remove what it creates"
        )
        warning.session = name
        let interrupted = warning
        let agent = try await withTaskCancellationHandler {
            try await creation.value
        } onCancel: {
            log.emit(interrupted)
        }
        guard Task.isCancelled else { return agent }
        guard provider.canRemove else {
            for hint in provider.retentionHints(for: agent) { emit(.hint(hint)) }
            throw CancellationError()
        }
        emit(.tearingDown(id: agent.id))
        let limits = environment.limits
        let clock = environment.clock
        // A task of its own: this one is cancelled already.
        let removal = Task {
            try await withDeadline(limits.teardown, clock: clock) {
                for resource in agent.resources {
                    try await provider.remove(resource)
                    try await recorder.isGone(resource.kind, id: resource.id)
                }
            }
        }
        do {
            let (_, seconds) = try await timed { try await removal.value }
            emit(.tornDown(id: agent.id, seconds: seconds))
        } catch {
            let failure = Failure(error)
            emit(.teardownFailed(id: agent.id, reason: failure.description))
            let commands = agent.resources.map(provider.manualRemoval)
            throw Failure(.leak, failure.message, hints: failure.hints.isEmpty ? commands : failure.hints)
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
