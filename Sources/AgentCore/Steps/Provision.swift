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

    /// A request that creates something is never abandoned half way. After an interruption the caller goes on at once; the answer is awaited
    /// in the background (within the provider's own limit), and what was created is removed.
    private func uninterrupted(
        _ provider: any Provider, _ request: ProvisionRequest, _ recorder: ResourceRecorder
    ) async throws -> ProvisionedAgent {
        let creation = Task { try await provider.provision(request, ledger: recorder) }
        let (ended, end) = AsyncStream<Void>.makeStream()
        let watcher = Task {
            _ = await creation.result
            end.finish()
        }
        for await _ in ended {}
        guard Task.isCancelled else {
            await watcher.value
            return try await creation.value
        }
        emit(
            .warning(
                "interrupted: the provider's answer is awaited in the background (up to \(provider.provisionLimit.inSeconds)), and what it creates is removed"
            ))
        followUps.append(Task { await self.undo(creation, provider, recorder) })
        throw CancellationError()
    }

    /// Removes what an interrupted creation has made.
    ///
    /// - Returns: what is left, if it could not be removed.
    private func undo(
        _ creation: Task<ProvisionedAgent, any Error>, _ provider: any Provider, _ recorder: ResourceRecorder
    ) async -> Failure? {
        let agent: ProvisionedAgent
        do {
            agent = try await creation.value
        } catch {
            let failure = Failure(error)
            emit(.warning("the interrupted start failed: \(failure.message)"))
            for hint in failure.hints { emit(.hint(hint)) }
            return failure.code == .leak ? failure : nil
        }
        guard provider.canRemove else {
            for hint in provider.retentionHints(for: agent) { emit(.hint(hint)) }
            return nil
        }
        emit(.tearingDown(id: agent.id))
        do {
            let removal = ResourceRemoval(provider: provider, recorder: recorder)
            let (notes, seconds) = try await timed {
                try await withDeadline(environment.limits.teardown, clock: environment.clock) {
                    try await removal.run(agent.resources)
                }
            }
            for note in notes { emit(.warning(note)) }
            emit(.tornDown(id: agent.id, seconds: seconds))
            return nil
        } catch {
            let failure = Failure(error)
            emit(.teardownFailed(id: agent.id, reason: failure.description))
            return Failure(
                .leak, "\(agent.id) could not be removed: \(failure.message)",
                hints: failure.hints.isEmpty ? agent.resources.map(provider.manualRemoval) : failure.hints)
        }
    }

    /// Waits for what interrupted creations still do.
    ///
    /// - Returns: what is left because of them.
    package func settleInterruptedStarts() async -> [Failure] {
        var failures: [Failure] = []
        while !followUps.isEmpty {
            if let failure = await followUps.removeFirst().value { failures.append(failure) }
        }
        return failures
    }

    /// Whether an interrupted creation is still being followed up.
    package var hasInterruptedStart: Bool { !followUps.isEmpty }

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
