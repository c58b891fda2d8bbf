import AgentCore
import Cryptography
import Foundation
import Nostr

/// The Cloudflare Workers adapter (contracts/providers.md).
package struct WorkersProvider: Provider {
    package struct Options: Sendable {
        package var baseURL: String
        /// Nil: the worker wants none.
        package var token: String?
        package var createTimeout: Duration
    }

    /// For requests that change nothing.
    private static let lookTimeout: Duration = .seconds(10)
    /// Pause between looks at an agent that is booting, and how long it may take.
    private static let pollInterval: Duration = .milliseconds(900)

    package let name = "workers"
    package let timings = ProviderTimings(keyPackageRetry: .milliseconds(700), pendingReplies: .seconds(20))
    package let exitPolicy = ExitPolicy.leaveRunning
    /// There is no delete endpoint.
    package let canRemove = false
    package let options: Options
    private let http: any HTTPClient
    private let environment: ProviderEnvironment
    private let retry: RetryPolicy

    package init(options: Options, http: any HTTPClient, environment: ProviderEnvironment) {
        self.options = options
        self.http = http
        self.environment = environment
        retry = RetryPolicy(clock: environment.clock)
    }

    package var controlPlane: String { options.baseURL }
    package var progressText: String { "Creating Workers agent via \(options.baseURL)…" }
    package var provisionLimit: Duration { Self.lookTimeout + options.createTimeout }

    package func provision(_ request: ProvisionRequest, ledger: ResourceRecorder) async throws
        -> ProvisionedAgent
    {
        if let given = request.name, AgentID.normalised(given).isEmpty {
            throw ProviderError(
                .usage,
                "a Workers agent's name needs letters, digits or _: nothing is left of \(given.prefix(80).debugDescription)"
            )
        }
        try await checkHealth()
        let body = CreateAgentRequest(
            name: request.name ?? "agent-\(request.suffix)", brain: "pi",
            relayURLs: request.relays.map(\.text),
            botSecretKeyHex: Hex.encode(request.botKey.secret.exposed()))
        try await ledger.willCreate(
            "agent",
            marks: ["id": AgentID.normalised(body.name), "bot_pubkey": request.botKey.publicKey.hex],
            within: options.createTimeout)
        let status: AgentStatus
        do {
            status = try await call(
                "POST", "/agents", body, timeout: options.createTimeout, purpose: "create workers agent")
        } catch let failure as HTTPFailure {
            if failure.surelyDidNothing { try await ledger.isGone("agent", id: nil) }
            throw ProviderError(
                failure.code, failure.description,
                hints: hints(for: failure)
                    + (failure.surelyDidNothing
                        ? []
                        : [
                            "the agent may exist all the same: curl \(options.baseURL)/agents/\(AgentID.normalised(body.name))",
                            "pikachat agent sweep looks for it later",
                        ]),
                canHeal: failure.surelyDidNothing && failure.canHeal)
        }
        guard Self.isUsable(status.id) else {
            throw ProviderError(
                .protocolError,
                "the worker answered with an agent id that is none: \(status.id.prefix(80).debugDescription)",
                hints: ["the agent exists all the same; pikachat agent sweep looks for it"])
        }
        try await ledger.didCreate("agent", id: status.id)
        do {
            try checkIdentity(status, request.botKey.publicKey)
        } catch let error as ProviderError {
            throw ProviderError(
                error.failure.code, error.failure.message,
                hints: [
                    "Workers agent \(status.id) is still active.",
                    "Inspect with: \(options.baseURL)/agents/\(status.id)",
                ])
        }
        report(status.relayProbe)
        return ProvisionedAgent(
            id: status.id, publicKey: request.botKey.publicKey, detail: "",
            fields: ["id": .text(status.id), "provider": .text(name), "url": .text(options.baseURL)],
            resources: [ProviderResource(kind: "agent", id: status.id)])
    }

    /// The agent must run on the secret that we sent.
    private func checkIdentity(_ status: AgentStatus, _ publicKey: XOnlyKey) throws {
        let (expected, got) = (publicKey.hex, status.botPubkey.filter { !$0.isWhitespace }.lowercased())
        guard got != expected else { return }
        throw ProviderError(
            .protocolError,
            "workers bot pubkey mismatch: expected \(expected), got \(HTTPFailure.excerpt(Array(got.utf8)).prefix(64))"
        )
    }

    private func checkHealth() async throws {
        struct Health: Decodable { let ok: Bool }
        do {
            let health: Health = try await call(
                "GET", "/health", Optional<String>.none, timeout: Self.lookTimeout,
                purpose: "reach the worker")
            guard health.ok else {
                throw ProviderError(.notReady, "the worker at \(options.baseURL) says that it is not well")
            }
        } catch let failure as HTTPFailure {
            throw ProviderError(
                failure.code, failure.description, hints: hints(for: failure), canHeal: failure.canHeal)
        }
    }

    /// The health page answers without a token; looking at an agent does not.
    package func checkControlPlane() async throws {
        try await checkHealth()
        _ = try await status(of: "doctor")
    }

    private func hints(for failure: HTTPFailure) -> [String] {
        switch failure.code {
        case .auth: ["set PIKA_WORKERS_API_TOKEN to the worker's token"]
        case .unreachable:
            [
                "ensure the worker is reachable (curl \(options.baseURL)/health)",
                "its address is PIKA_WORKERS_BASE_URL, or --workers-url",
            ]
        default: []
        }
    }

    /// What the worker found out about its relay.
    private func report(_ probe: AgentStatus.RelayProbe?) {
        guard let probe else { return }
        let detail = [probe.statusCode.map { "status \($0)" }, probe.error].compactMap { $0 }.joined(
            separator: ", ")
        if probe.ok {
            environment.log.emit(.relayRemark(probe.relay, text: "reached by the worker"))
        } else {
            environment.log.emit(
                .warning(
                    "the worker cannot reach \(probe.relay)\(detail.isEmpty ? "" : ": \(detail)"); the agent may not be found"
                ))
        }
    }

    package func awaitReadiness(of agent: ProvisionedAgent) async throws {
        while true {
            let status: AgentStatus
            do {
                status = try await call(
                    "GET", "/agents/\(agent.id)", Optional<String>.none, timeout: Self.lookTimeout,
                    purpose: "look at workers agent \(agent.id)")
            } catch let failure as HTTPFailure {
                throw ProviderError(failure.code, failure.description, hints: hints(for: failure))
            }
            try ResourceID.check(status.id, is: agent.id, "agent")
            try checkIdentity(status, agent.publicKey)
            if status.keyPackagePublishedAtMs != nil { return }
            try await environment.clock.sleep(for: Self.pollInterval)
        }
    }

    package func welcomeDelivered(_ welcome: DeliveredWelcome, to agent: ProvisionedAgent) async throws {
        struct Answer: Decodable { let processed_welcomes: Int? }
        do {
            let _: Answer = try await call(
                "POST", "/agents/\(agent.id)/runtime/process-welcome",
                ProcessWelcomeRequest(
                    groupID: welcome.nostrGroupID, wrapperEventIDHex: welcome.wrapID.hex,
                    welcomeEventJSON: welcome.rumorJSON),
                timeout: .seconds(30), purpose: "hand the Welcome to workers agent \(agent.id)")
        } catch let failure as HTTPFailure {
            throw ProviderError(failure.code, failure.description, hints: hints(for: failure))
        }
    }

    package func remove(_ resource: ProviderResource) async throws {
        throw ProviderError(
            .usage, "Workers agents cannot be deleted: there is no such endpoint",
            hints: ["look at it: \(options.baseURL)/agents/\(resource.id)"])
    }

    package func inspect(_ resource: ProviderResource) async throws -> String? {
        try await status(of: resource.id).map { ServerText.plain($0.status ?? "known") }
    }

    /// Nil when the worker does not know it.
    private func status(of id: String) async throws -> AgentStatus? {
        do {
            let status: AgentStatus = try await call(
                "GET", "/agents/\(id)", Optional<String>.none, timeout: Self.lookTimeout,
                purpose: "look at workers agent \(id)")
            try ResourceID.check(status.id, is: id, "agent")
            return status
        } catch let failure as HTTPFailure {
            if failure.isUnknownResource { return nil }
            throw ProviderError(failure.code, failure.description, hints: hints(for: failure))
        }
    }

    /// An agent may have been there before under the same name; the key is ours alone.
    package func findLeftovers(of intent: ResourceLedger.Entry, known: Set<String>) async throws -> [Leftover]
    {
        let id = intent.marks?["id"] ?? "agent-\(intent.suffix)"
        guard Self.isUsable(id), let status = try await status(of: id) else { return [] }
        let key = intent.marks?["bot_pubkey"]
        return [Leftover(kind: intent.kind, id: id, isProven: key == nil || status.botPubkey == key)]
    }

    package func retentionHints(for agent: ProvisionedAgent) -> [String] {
        ["Workers agent \(agent.id) is still active.", "Inspect with: \(options.baseURL)/agents/\(agent.id)"]
    }

    package func manualRemoval(of resource: ProviderResource) -> String {
        "(there is no way to delete a Workers agent) inspect with: \(options.baseURL)/agents/\(resource.id)"
    }

    /// `a-z0-9_-`, 64 at most: what the worker itself makes of names.
    private static func isUsable(_ id: String) -> Bool {
        (1...64).contains(id.utf8.count)
            && id.utf8.allSatisfy {
                ($0 >= 0x61 && $0 <= 0x7a) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2d || $0 == 0x5f
            }
    }

    private func call<Body: Encodable, Value: Decodable>(
        _ method: String, _ path: String, _ body: Body?, timeout: Duration, purpose: String
    ) async throws -> Value {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let request = HTTPRequest(
            method, environment.route(options.baseURL + path),
            headers: (options.token.map { [("Authorization", "Bearer \($0)")] } ?? []) + [
                ("Content-Type", "application/json")
            ],
            body: try body.map { [UInt8](try encoder.encode($0)) }, timeout: timeout, purpose: purpose)
        let response = try await retry.send(request, by: http)
        guard response.isSuccess else { throw HTTPFailure(request, status: response) }
        return try http.read(Value.self, from: response, for: request)
    }
}
