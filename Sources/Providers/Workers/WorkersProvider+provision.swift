import AgentCore
import Cryptography
import Nostr
import Vocabulary

/// Creating an agent, waiting until it is ready, and handing it the Welcome.
extension WorkersProvider {
    private static let brain = "pi"
    private static let pollInterval: Duration = .milliseconds(900)

    package func provision(_ request: ProvisionRequest, ledger: ResourceRecorder) async throws
        -> ProvisionedAgent
    {
        if let given = request.name, AgentID.normalised(given).isEmpty {
            throw ProviderError(
                .usage,
                "\(given.cut(to: 80).debugDescription) is not a Workers agent name: it must contain a letter, a digit or _"
            )
        }
        let secretKey = Hex.encode(request.botKey.secret.exposed())
        environment.log.masking.add(secretKey)
        try await checkHealth()
        let body = CreateAgentRequest(
            name: request.name ?? "agent-\(request.suffix)", brain: Self.brain,
            relayURLs: request.relays.map(\.text), botSecretKeyHex: secretKey)
        let expectedID = AgentID.normalised(body.name)
        let status = try await plane.create(
            Creation(
                kind: "agent", path: "/agents", purpose: "create workers agent",
                marks: ["id": expectedID, "bot_pubkey": request.botKey.publicKey.hex],
                inspection: "curl \(address(of: expectedID))", accepts: AgentID.isValid, provider: self),
            body, as: AgentStatus.self, ledger: ledger)
        do {
            try await ledger.didCreate("agent", id: status.id)
            try checkIdentity(status, request.botKey.publicKey)
        } catch {
            // It cannot be removed, so at least it is told.
            let failure = Failure(error)
            throw ProviderError(
                failure.code, failure.message, hints: failure.hints + retentionHints(status.id),
                isRetryable: false)
        }
        report(status.relayProbe)
        return ProvisionedAgent(
            id: status.id, publicKey: request.botKey.publicKey, detail: "",
            fields: ["id": .text(status.id), "provider": .text(name), "url": .text(plane.url)],
            resources: [ProviderResource(kind: "agent", id: status.id)])
    }

    static func key(in status: AgentStatus) -> String {
        status.botPubkey.filter { !$0.isWhitespace }.lowercased()
    }

    /// The agent must run with the secret key that we sent.
    private func checkIdentity(_ status: AgentStatus, _ publicKey: XOnlyKey) throws {
        let expected = publicKey.hex
        guard Self.key(in: status) != expected else { return }
        let got = plane.text.value(status.botPubkey, upTo: 64).lowercased()
        throw ProviderError(
            .protocolError, "workers bot pubkey mismatch: expected \(expected), got \(got)")
    }

    /// Reports what the worker found out about its relay.
    private func report(_ probe: AgentStatus.RelayProbe?) {
        guard let probe else { return }
        let relay = plane.text.value(probe.relay)
        guard !probe.ok else {
            environment.log.emit(.relayRemark(relay, text: "reached by the worker"))
            return
        }
        let details = [probe.statusCode.map { "status \($0)" }, probe.error.map { plane.text.value($0) }]
            .compactMap { $0 }.joined(separator: ", ")
        environment.log.emit(
            .warning(
                "the worker cannot reach \(relay)\(details.isEmpty ? "" : ": \(details)"); clients may be unable to find the agent"
            ))
    }

    /// A worker whose object moves, or whose code is updated, answers with a 5xx page once or twice: the step's
    /// own limit ends the wait.
    package func awaitReadiness(of agent: ProvisionedAgent) async throws {
        let trouble = PassingTrouble(log: environment.log)
        while true {
            do {
                let status = try await plane.get(
                    "/agents/\(agent.id)", as: AgentStatus.self, purpose: "look up workers agent \(agent.id)")
                try plane.check(status, isAbout: agent.id, "agent")
                try checkIdentity(status, agent.publicKey)
                if status.keyPackagePublishedAtMs != nil { return }
            } catch let failure as HTTPFailure where failure.isPassing {
                trouble.tell(failure)
            }
            try await environment.clock.sleep(for: Self.pollInterval)
        }
    }

    package func welcomeDelivered(_ welcome: DeliveredWelcome, to agent: ProvisionedAgent) async throws {
        struct Answer: Decodable { let processed_welcomes: Int? }
        _ = try await plane.post(
            "/agents/\(agent.id)/runtime/process-welcome",
            ProcessWelcomeRequest(
                groupID: welcome.nostrGroupID, wrapperEventIDHex: welcome.wrapID.hex,
                welcomeEventJSON: welcome.rumorJSON),
            as: Answer.self, timeout: .seconds(30), purpose: "hand the Welcome to workers agent \(agent.id)")
    }
}
