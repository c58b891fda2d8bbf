import Cryptography
import Nostr
import Vocabulary

/// What a provider needs in order to start an agent.
package struct ProvisionRequest: Sendable {
    package let botKey: Secp256k1SecretKey
    package let owner: XOnlyKey
    package let relays: [RelayURL]
    /// Chosen by the user; nil lets the provider choose.
    package let name: String?
    /// Eight random hexadecimal digits that make names unique.
    package let suffix: String

    package init(
        botKey: Secp256k1SecretKey, owner: XOnlyKey, relays: [RelayURL], name: String?, suffix: String
    ) {
        self.botKey = botKey
        self.owner = owner
        self.relays = relays
        self.name = name
        self.suffix = suffix
    }
}

/// One resource at a control plane.
package struct ProviderResource: Equatable, Sendable {
    /// `vm`, `machine`, `volume` or `agent`.
    package let kind: String
    package let id: String

    package init(kind: String, id: String) {
        self.kind = kind
        self.id = id
    }
}

/// A resource that an interrupted creation of ours may have left behind.
package struct Leftover: Equatable, Sendable {
    package let resource: ProviderResource
    /// Whether it carries a mark that only we can have given it. Otherwise it may belong to somebody else and
    /// is never removed without asking.
    package let isProven: Bool

    package init(kind: String, id: String, isProven: Bool) {
        resource = ProviderResource(kind: kind, id: id)
        self.isProven = isProven
    }
}

/// A resource that a control plane lists as created by pikachat, no matter by which user.
package struct ListedResource: Equatable, Sendable {
    package let resource: ProviderResource
    /// Its state in the control plane's words, for people.
    package let state: String

    package init(kind: String, id: String, state: String) {
        resource = ProviderResource(kind: kind, id: id)
        self.state = state
    }
}

/// An agent that a provider has started.
package struct ProvisionedAgent: Equatable, Sendable {
    /// The id that the provider assigned.
    package let id: String
    package let publicKey: XOnlyKey
    /// Details for people, such as "ip=10.0.0.2".
    package let detail: String
    /// Fields of `$vm` in scripts.
    package let fields: [String: EventValue]
    /// Everything that belongs to it, in the order of removal.
    package let resources: [ProviderResource]

    package init(
        id: String, publicKey: XOnlyKey, detail: String, fields: [String: EventValue],
        resources: [ProviderResource]
    ) {
        self.id = id
        self.publicKey = publicKey
        self.detail = detail
        self.fields = fields
        self.resources = resources
    }
}

/// What happens to an agent when its session ends and the user did not say.
package enum ExitPolicy: Equatable, Sendable { case destroy, leaveRunning }

/// Time limits of the shared steps (contracts/providers.md, "Shared pipeline timings").
package struct ProviderTimings: Equatable, Sendable {
    package var keyPackageTotal: Duration
    package var keyPackageFetch: Duration
    package var keyPackageRetry: Duration
    /// How long the end of input waits for pending replies; nil means not at all.
    package var pendingReplies: Duration?

    package init(
        keyPackageTotal: Duration = .seconds(120), keyPackageFetch: Duration = .seconds(5),
        keyPackageRetry: Duration, pendingReplies: Duration? = nil
    ) {
        self.keyPackageTotal = keyPackageTotal
        self.keyPackageFetch = keyPackageFetch
        self.keyPackageRetry = keyPackageRetry
        self.pendingReplies = pendingReplies
    }
}

/// A service that starts agents. Everything that providers have in common is in `AgentSession` instead.
package protocol Provider: Sendable {
    /// `fly`, `workers` or `microvm`.
    var name: String { get }
    var timings: ProviderTimings { get }
    var exitPolicy: ExitPolicy { get }
    /// Base URL of the control plane, for the ledger.
    var controlPlane: String { get }
    /// Shown while provisioning: "Creating microVM via http://127.0.0.1:8080…".
    var progressText: String { get }
    /// The longest that `provision` waits for the control plane, over all its requests.
    var provisionLimit: Duration { get }

    /// Checks that the control plane answers, is the expected service, and accepts our credentials.
    func checkControlPlane() async throws
    /// Starts an agent. Every resource is recorded in the ledger before it is created; after a failure, what
    /// was created is removed again.
    func provision(_ request: ProvisionRequest, ledger: ResourceRecorder) async throws -> ProvisionedAgent
    /// Waits until the control plane reports the agent as ready.
    func awaitReadiness(of agent: ProvisionedAgent) async throws
    /// Called once for each published Welcome.
    func welcomeDelivered(_ welcome: DeliveredWelcome, to agent: ProvisionedAgent) async throws
    /// Removes one resource. One that no longer exists counts as removed.
    func remove(_ resource: ProviderResource) async throws
    /// False if the control plane cannot remove agents (Workers).
    var canRemove: Bool { get }
    /// False if users cannot name agents (microVMs).
    var takesNames: Bool { get }
    /// The state of one resource in the control plane's words, for people; nil if it does not exist.
    func inspect(_ resource: ProviderResource) async throws -> String?
    /// Finds what an interrupted creation may have left behind.
    ///
    /// - Parameter known: ids that the ledger already accounts for.
    func findLeftovers(of intent: ResourceLedger.Entry, known: Set<String>) async throws -> [Leftover]
    /// Whether what it finds can be told from what belongs to others.
    var provesLeftovers: Bool { get }
    /// All existing resources of the kind that `provision` creates; nil if the control plane offers no list.
    func list() async throws -> [ListedResource]?
    /// Whether the resource that now has the id of a ledger entry is still the one that the entry refers to.
    func isStillOurs(_ entry: ResourceLedger.Entry) async throws -> Bool
    /// Shown when the agent is left running.
    func retentionHints(for agent: ProvisionedAgent) -> [String]
    /// The command with which a user removes a resource.
    func manualRemoval(of resource: ProviderResource) -> String
}

extension Provider {
    package var provesLeftovers: Bool { true }
    package func awaitReadiness(of agent: ProvisionedAgent) async throws {}
    package func welcomeDelivered(_ welcome: DeliveredWelcome, to agent: ProvisionedAgent) async throws {}
    package var canRemove: Bool { true }
    package var takesNames: Bool { true }
    package func isStillOurs(_ entry: ResourceLedger.Entry) async throws -> Bool { true }

    /// Whether the control plane says that a resource does not exist; false where it could not be asked.
    package func isKnownToBeGone(_ resource: ProviderResource) async -> Bool {
        do {
            return try await inspect(resource) == nil
        } catch {
            // Not known, then; what is told is why the removal failed.
            return false
        }
    }
    package func list() async throws -> [ListedResource]? { nil }
}

/// A published Welcome, for providers that hand it to the agent (Workers).
package struct DeliveredWelcome: Equatable, Sendable {
    package let nostrGroupID: String
    package let wrapID: EventID
    package let rumorJSON: String

    package init(nostrGroupID: String, wrapID: EventID, rumorJSON: String) {
        self.nostrGroupID = nostrGroupID
        self.wrapID = wrapID
        self.rumorJSON = rumorJSON
    }
}
