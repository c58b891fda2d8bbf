import AgentCore
import Vocabulary

/// The provider for Fly Machines: one volume and one machine per agent (contracts/providers.md).
package struct FlyProvider: Provider {
    package struct Options: Sendable {
        package var token: String
        package var baseURL: String
        package var app: String
        package var region: String
        package var image: String
        package var createTimeout: Duration
    }

    /// Machine metadata that identifies our machines.
    package static let metadataKey = "pika_agent"
    /// Variables that the bot receives in addition to `ANTHROPIC_API_KEY`, where set.
    static let optionalBotVariables = ["OPENAI_API_KEY", "PI_MODEL"]

    package static let providerName = "fly"

    package let name = providerName
    package let timings = ProviderTimings(keyPackageRetry: .seconds(3))
    package let exitPolicy = ExitPolicy.leaveRunning
    package let options: Options
    let environment: ProviderEnvironment
    let plane: ControlPlane

    package init(options: Options, http: any HTTPClient, environment: ProviderEnvironment) {
        self.options = options
        self.environment = environment
        plane = ControlPlane(
            url: "\(options.baseURL)/v1/apps/\(options.app)",
            headers: [ControlPlane.bearer(options.token), ControlPlane.jsonContent],
            timeouts: .init(read: .seconds(30), create: options.createTimeout), http: http,
            environment: environment, hints: { Self.hints(for: $0, app: options.app) })
    }

    package var controlPlane: String { plane.url }
    package var progressText: String { "Creating Fly machine in app \(options.app)…" }
    /// Two requests: a volume and a machine.
    package var provisionLimit: Duration { options.createTimeout * 2 }

    private static func hints(for failure: HTTPFailure, app: String) -> [String] {
        switch failure.reason {
        case .status(401, _, _), .status(403, _, _):
            [
                "FLY_API_TOKEN must be a token with access to app \(app); create one: fly tokens create deploy -a \(app)"
            ]
        case .status(404, _, _):
            ["check the app name \(app): set FLY_BOT_APP_NAME or --app; fly apps list shows your apps"]
        case .transport, .timeout:
            ["check your network; the API's address is set by PIKA_FLY_API_BASE_URL or --fly-url"]
        default: []
        }
    }

    package func awaitReadiness(of agent: ProvisionedAgent) async throws {
        struct Answer: Decodable { let ok: Bool }
        let instance = agent.fields["instance"]?.description ?? ""
        let query = plane.text.isUsableID(instance) ? "&instance_id=\(instance)" : ""
        do {
            let answer = try await plane.get(
                "/machines/\(agent.id)/wait?state=started\(query)&timeout=60", as: Answer.self,
                timeout: .seconds(75), purpose: "wait for machine \(agent.id)")
            guard answer.ok else {
                throw ProviderError(.notReady, "Fly reports that machine \(agent.id) has not started")
            }
        } catch let failure as HTTPFailure {
            guard case .status(408, _, _) = failure.reason else { throw failure }
            let state = try await inspect(ProviderResource(kind: "machine", id: agent.id)) ?? "gone"
            throw ProviderError(
                .notReady, "machine \(agent.id) did not start within 60s; its state is \(state)",
                hints: ["check its log: fly logs -a \(options.app) -i \(agent.id)"])
        }
    }

    package func remove(_ resource: ProviderResource) async throws {
        let path =
            resource.kind == "machine" ? "/machines/\(resource.id)?force=true" : "/volumes/\(resource.id)"
        try await plane.remove(
            path, purpose: "delete \(resource.kind) \(resource.id)",
            manualRemoval: manualRemoval(of: resource))
    }

    package func retentionHints(for agent: ProvisionedAgent) -> [String] {
        [
            "Machine \(agent.id) is still running.",
            "Stop with: fly machine stop \(agent.id) -a \(options.app)",
        ]
    }

    package func manualRemoval(of resource: ProviderResource) -> String {
        resource.kind == "machine"
            ? "fly machine destroy --force \(resource.id) -a \(options.app)"
            : "fly volumes destroy \(resource.id) -a \(options.app)"
    }
}
