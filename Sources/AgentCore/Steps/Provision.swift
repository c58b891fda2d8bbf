import Cryptography
import Nostr

extension AgentSession {
    /// Starts an agent with a fresh key at a provider.
    ///
    /// - Parameter keep: leave it running at the end, whatever the provider's policy.
    package func provision(with provider: any Provider, url: String, name: String?, keep: Bool) async throws
        -> ProvisionedAgent
    {
        try state.requireVacant("spawn")
        await stopListening()
        let botKey = try Secp256k1SecretKey.random(from: environment.random)
        environment.log.masking.add(Hex.encode(botKey.secret.exposed()))
        let suffix = Hex.encode(try environment.random.bytes(4))
        let recorder = ResourceRecorder(
            ledger: environment.ledger, provider: provider.name, url: url, suffix: suffix)
        let request = ProvisionRequest(
            botKey: botKey, owner: environment.client.publicKey, relays: environment.pool.relays, name: name,
            suffix: suffix)
        emit(.provisioning(provider: provider.name, text: provider.progressText))
        let (agent, seconds) = try await timed { try await provider.provision(request, ledger: recorder) }
        self.provider = provider
        self.recorder = recorder
        keepsRunning = keep
        state.began(with: .provisioned(agent))
        emit(
            .provisioned(provider: provider.name, id: agent.id, detail: agent.detail, seconds: seconds))
        return agent
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
