import AgentCore
import Vocabulary

/// The provider for Cloudflare Workers agents (contracts/providers.md).
package struct WorkersProvider: Provider {
    package struct Options: Sendable {
        package var baseURL: String
        /// Nil if the worker requires none.
        package var token: String?
        package var createTimeout: Duration
        /// How long a creation of unknown outcome is followed up.
        package var followUp = ControlPlane.usualFollowUp
    }

    package static let providerName = "workers"

    package let name = providerName
    package let timings = ProviderTimings(keyPackageRetry: .milliseconds(700), pendingReplies: .seconds(20))
    package let exitPolicy = ExitPolicy.leaveRunning
    /// The API has no delete endpoint.
    static let removes = false
    package let canRemove = removes
    package let options: Options
    let environment: ProviderEnvironment
    let plane: ControlPlane

    package init(options: Options, http: any HTTPClient, environment: ProviderEnvironment) {
        self.options = options
        self.environment = environment
        plane = ControlPlane(
            url: options.baseURL,
            headers: (options.token.map { [ControlPlane.bearer($0)] } ?? []) + [ControlPlane.jsonContent],
            timeouts: .init(read: .seconds(10), create: options.createTimeout, followUp: options.followUp),
            http: http,
            environment: environment, hints: { Self.hints(for: $0, url: options.baseURL) },
            isAbsence: { failure, resource in
                guard let (status, text) = failure.refusal, status == 404 else { return false }
                return text.lowercased().hasPrefix("agent not found")
                    && (text.utf8.count < 20 || text.contains(resource.id))
            })
    }

    package var controlPlane: String { plane.url }
    package var progressText: String { "Creating Workers agent via \(plane.url)…" }
    /// A health check, the creation, and the look for what it has made.
    package var provisionLimit: Duration {
        plane.timeouts.read * 2 + plane.timeouts.create + plane.timeouts.followUp
    }

    private static func hints(for failure: HTTPFailure, url: String) -> [String] {
        switch failure.code {
        case .auth: ["set PIKA_WORKERS_API_TOKEN to the worker's token"]
        case .unreachable:
            [
                "ensure the worker is reachable (curl \(url)/health)",
                "set the worker's address with PIKA_WORKERS_BASE_URL or --workers-url",
            ]
        default: []
        }
    }

    /// The health check needs no token; looking up an agent does.
    package func checkControlPlane() async throws {
        try await checkHealth()
        _ = try await agent("doctor")
    }

    func checkHealth() async throws {
        struct Health: Decodable { let ok: Bool }
        let health = try await plane.get("/health", as: Health.self, purpose: "reach the worker")
        guard health.ok else {
            throw ProviderError(.notReady, "the worker at \(plane.url) reports that it is unhealthy")
        }
    }

    /// Nil when the worker has no such agent.
    private func agent(_ id: String) async throws -> AgentStatus? {
        try await plane.find(
            ProviderResource(kind: "agent", id: id), at: "/agents/\(id)",
            purpose: "look up workers agent \(id)")
    }

    package func inspect(_ resource: ProviderResource) async throws -> String? {
        try await agent(resource.id).map { plane.text.value($0.status ?? "known") }
    }

    /// An agent of that name may have existed before; the key is ours alone.
    package func findLeftovers(of intent: ResourceLedger.Entry, known: Set<String>) async throws -> [Leftover]
    {
        let id = intent.marks?["id"] ?? "agent-\(intent.suffix)"
        guard AgentID.isValid(id), let status = try await agent(id) else { return [] }
        let key = intent.marks?["bot_pubkey"]
        return [Leftover(kind: intent.kind, id: id, isProven: key == nil || Self.key(in: status) == key)]
    }

    package func remove(_ resource: ProviderResource) async throws {
        throw ProviderError(
            .usage, "Workers agents cannot be deleted: the API has no endpoint for it",
            hints: ["Inspect with: \(address(of: resource.id))"])
    }

    package func retentionHints(for agent: ProvisionedAgent) -> [String] { retentionHints(agent.id) }

    func retentionHints(_ id: String) -> [String] {
        ["Workers agent \(id) is still active.", "Inspect with: \(address(of: id))"]
    }

    package func manualRemoval(of resource: ProviderResource) -> String {
        "(Workers agents cannot be deleted) inspect with: \(address(of: resource.id))"
    }

    func address(of id: String) -> String { "\(plane.url)/agents/\(id)" }
}
