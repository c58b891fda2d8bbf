import AgentCore
import Vocabulary

/// The provider for microVMs of a vm-spawner (contracts/providers.md).
package struct MicroVMProvider: Provider {
    package struct Options: Equatable, Sendable {
        package var spawnerURL: String
        package var variant: String
        package var flakeRef: String
        package var devShell: String
        package var cpu: Int
        package var memoryMB: Int
        package var ttlSeconds: Int
        package var createTimeout: Duration
        /// How long a creation of unknown outcome is followed up.
        package var followUp = ControlPlane.usualFollowUp
    }

    package static let providerName = "microvm"

    package let name = providerName
    package let timings = ProviderTimings(keyPackageRetry: .seconds(2))
    package let exitPolicy = ExitPolicy.destroy
    package let takesNames = false
    package let options: Options
    let environment: ProviderEnvironment
    /// The user's variables that guests receive.
    let guestVariables: [String: String]
    let plane: ControlPlane

    package init(options: Options, http: any HTTPClient, environment: ProviderEnvironment) {
        self.options = options
        self.environment = environment
        var guestVariables: [String: String] = [:]
        for name in GuestAutostart.forwardedVariables { guestVariables[name] = environment.forwarded(name) }
        self.guestVariables = guestVariables
        plane = ControlPlane(
            url: options.spawnerURL,
            timeouts: .init(read: .seconds(10), create: options.createTimeout, followUp: options.followUp),
            http: http, environment: environment, hints: { Self.hints(for: $0, url: options.spawnerURL) },
            // A look-up says it with 404, a removal with 500.
            isAbsence: { failure, resource in
                guard let (status, text) = failure.refusal else { return false }
                let words = text.split(separator: ":", maxSplits: 1)
                return [404, 500].contains(status) && words.first?.lowercased() == "vm not found"
                    && words.last?.drop { $0 == " " } == resource.id[...]
            })
    }

    package var controlPlane: String { plane.url }
    package var progressText: String { "Creating microVM via \(plane.url)…" }
    /// A health check, the creation, and the look for what it may have made (twice: the spawner's time is asked).
    package var provisionLimit: Duration { plane.timeouts.read * 3 + plane.timeouts.create }
    /// The spawner's records contain nothing that only we know.
    package let provesLeftovers = false

    private static func hints(for failure: HTTPFailure, url: String) -> [String] {
        let setting = "set the spawner's address with PIKA_MICROVM_SPAWNER_URL or --spawner-url"
        return switch failure.reason {
        case .status(401, _, _), .status(403, _, _):
            [
                "vm-spawner requires no credentials: this address belongs to another service, such as a proxy",
                setting,
            ]
        case .status(300..<500, _, _) where failure.code == .protocolError:
            ["the service at this address is not a vm-spawner", setting]
        case .unusable: ["the service at this address may not be a vm-spawner", setting]
        case .status: ["vm-spawner refused the request; check its log"]
        default:
            [
                "ensure vm-spawner is reachable (curl \(url)/healthz)",
                "if this is a remote host, open a tunnel:", "  just agent-microvm-tunnel",
            ]
        }
    }

    package func checkControlPlane() async throws { try await checkHealth() }

    struct Health: Decodable {
        let ok: Bool
        let now: String?
    }

    /// - Throws: code `not-ready` when the spawner reports that it is unhealthy.
    func checkHealth() async throws {
        guard try await health().ok else {
            throw ProviderError(
                .notReady, "vm-spawner at \(plane.url) reports that it is unhealthy",
                hints: ["check its log"])
        }
    }

    func health() async throws -> Health { try await plane.get("/healthz", purpose: "reach vm-spawner") }

    package func remove(_ resource: ProviderResource) async throws {
        try await plane.remove(
            resource, at: "/vms/\(resource.id)", purpose: "delete microvm \(resource.id)",
            manualRemoval: manualRemoval(of: resource),
            // An answer that says nothing may follow a removal that was carried out.
            isGone: { await isKnownToBeGone(resource) },
            message: { "failed to delete microvm \(resource.id) via \(plane.url): \($0.cause)" })
    }

    package func manualRemoval(of resource: ProviderResource) -> String {
        "curl -X DELETE \(plane.url)/vms/\(resource.id)"
    }

    package func retentionHints(for agent: ProvisionedAgent) -> [String] {
        [
            "Keeping microVM \(agent.id) alive (--keep).", "List VMs:   curl \(plane.url)/vms",
            "Delete VM:  curl -X DELETE \(plane.url)/vms/\(agent.id)",
        ]
    }
}
