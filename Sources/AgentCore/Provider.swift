import Cryptography
import Nostr

/// What a provider gets to start an agent.
package struct ProvisionRequest: Sendable {
    package let botKey: Secp256k1SecretKey
    package let owner: XOnlyKey
    package let relays: [RelayURL]
    /// Chosen by the user; nil lets the provider name it.
    package let name: String?
    /// Eight hexadecimal digits that make names unique.
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

/// One thing at a control plane: `vm`, `machine`, `volume`, `agent`.
package struct ProviderResource: Equatable, Sendable {
    package let kind: String
    package let id: String

    package init(kind: String, id: String) {
        self.kind = kind
        self.id = id
    }
}

/// Something at a control plane that an interrupted creation of ours may have made.
package struct Leftover: Equatable, Sendable {
    package let resource: ProviderResource
    /// It carries something that only we can have given it. Without that it may be somebody else's, and is never removed unasked.
    package let isProven: Bool

    package init(kind: String, id: String, isProven: Bool) {
        resource = ProviderResource(kind: kind, id: id)
        self.isProven = isProven
    }
}

/// Something that a control plane lists as made by pikachat, by whomever.
package struct ListedResource: Equatable, Sendable {
    package let resource: ProviderResource
    /// What the control plane says about it, for people.
    package let state: String

    package init(kind: String, id: String, state: String) {
        resource = ProviderResource(kind: kind, id: id)
        self.state = state
    }
}

/// An agent that a provider has started.
package struct ProvisionedAgent: Equatable, Sendable {
    /// The provider's own name for it.
    package let id: String
    package let publicKey: XOnlyKey
    /// For people: "ip=10.0.0.2".
    package let detail: String
    /// What `$vm` offers to scripts.
    package let fields: [String: EventValue]
    /// What belongs to it, in the order of removal.
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

/// What is done with an agent when its session ends without a word about it.
package enum ExitPolicy: Equatable, Sendable { case destroy, leaveRunning }

/// How long the steps may take (contracts/providers.md, "Shared pipeline timings").
package struct ProviderTimings: Equatable, Sendable {
    package var keyPackageTotal: Duration
    package var keyPackageFetch: Duration
    package var keyPackageRetry: Duration
    /// Nil: end of input does not wait for pending replies.
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

/// A control plane that starts agents. Everything that two providers share lives in `AgentSession` instead.
package protocol Provider: Sendable {
    /// `fly`, `workers` or `microvm`.
    var name: String { get }
    var timings: ProviderTimings { get }
    var exitPolicy: ExitPolicy { get }
    /// Address of the control plane, for the ledger.
    var controlPlane: String { get }
    /// One line for the start of provisioning: "Creating microVM via http://… …".
    var progressText: String { get }
    /// The longest that `provision` waits for the control plane, all its requests together.
    var provisionLimit: Duration { get }

    /// Returns when the control plane answers, is what it should be, and takes our credentials.
    func checkControlPlane() async throws
    /// Starts an agent. Whatever it creates goes into the ledger first; what it cannot finish it removes again.
    func provision(_ request: ProvisionRequest, ledger: ResourceRecorder) async throws -> ProvisionedAgent
    /// Returns when the control plane calls the agent ready.
    func awaitReadiness(of agent: ProvisionedAgent) async throws
    /// Called once for every Welcome that was published.
    func welcomeDelivered(_ welcome: DeliveredWelcome, to agent: ProvisionedAgent) async throws
    /// Removes one resource; one that is gone already counts as removed.
    func remove(_ resource: ProviderResource) async throws
    /// False where the control plane has no way to remove anything (Workers).
    var canRemove: Bool { get }
    /// False where an agent has no name of its own (microVMs).
    var takesNames: Bool { get }
    /// What the control plane says about one resource, for people; nil when it does not know it.
    func inspect(_ resource: ProviderResource) async throws -> String?
    /// Finds what an interrupted creation may have left.
    ///
    /// - Parameter known: ids that the ledger accounts for.
    func findLeftovers(of intent: ResourceLedger.Entry, known: Set<String>) async throws -> [Leftover]
    /// Everything of the kind that `provision` makes which is there now; nil where the control plane has no list.
    func list() async throws -> [ListedResource]?
    /// Whether what has the id of a ledger's entry is what the entry means.
    func isStillOurs(_ entry: ResourceLedger.Entry) async throws -> Bool
    /// What to tell when the agent stays.
    func retentionHints(for agent: ProvisionedAgent) -> [String]
    /// The command that removes a resource by hand.
    func manualRemoval(of resource: ProviderResource) -> String
}

extension Provider {
    package func awaitReadiness(of agent: ProvisionedAgent) async throws {}
    package func welcomeDelivered(_ welcome: DeliveredWelcome, to agent: ProvisionedAgent) async throws {}
    package var canRemove: Bool { true }
    package var takesNames: Bool { true }
    package func isStillOurs(_ entry: ResourceLedger.Entry) async throws -> Bool { true }
    package func list() async throws -> [ListedResource]? { nil }
}

/// A published Welcome, for providers that pass it on (Workers).
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
