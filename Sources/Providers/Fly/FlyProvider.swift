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
        /// How long a creation of unknown outcome is followed up.
        package var followUp = ControlPlane.usualFollowUp
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
            timeouts: .init(read: .seconds(30), create: options.createTimeout, followUp: options.followUp),
            http: http,
            environment: environment, hints: { Self.hints(for: $0, app: options.app) },
            isAbsence: Self.isAbsence)
    }

    package var controlPlane: String { plane.url }
    package var progressText: String { "Creating Fly machine in app \(options.app)…" }
    /// Two requests: a volume and a machine, each of which may have to be looked for.
    package var provisionLimit: Duration {
        (options.createTimeout + plane.timeouts.read + plane.timeouts.followUp) * 2
    }

    private static func hints(for failure: HTTPFailure, app: String) -> [String] {
        if failure.code == .quota {
            return ["raise the quota of the organization, or remove machines: fly machine list -a \(app)"]
        }
        return switch failure.reason {
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

    /// Fly says 404 "App not found" for a whole app: only words about the resource itself count.
    private static func isAbsence(_ failure: HTTPFailure, of resource: ProviderResource) -> Bool {
        guard let (status, text) = failure.refusal, status == 404 else { return false }
        let words = text.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
        let sentence = words.joined(separator: " ")
        return ["not found", "not find", "not exist", "no such"].contains(where: sentence.contains)
            && !words.contains("app")
            && (words.contains(resource.kind) || words.contains(resource.id.lowercased()))
    }

    package func remove(_ resource: ProviderResource) async throws {
        let path =
            resource.kind == "machine" ? "/machines/\(resource.id)?force=true" : "/volumes/\(resource.id)"
        try await plane.remove(
            resource, at: path, purpose: "delete \(resource.kind) \(resource.id)",
            manualRemoval: manualRemoval(of: resource),
            // A volume is bound a moment longer than its machine is there.
            isPassing: { failure in
                if case .status(412, _, _) = failure.reason { resource.kind == "volume" } else { false }
            },
            isGone: { await isKnownToBeGone(resource) })
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
