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

/// An agent that a provider has started.
package struct ProvisionedAgent: Equatable, Sendable {
    /// The provider's own name for it.
    package let id: String
    package let publicKey: XOnlyKey
    /// For people: "ip=10.0.0.2".
    package let detail: String
    /// What `$vm` offers to scripts.
    package let fields: [String: EventValue]

    package init(id: String, publicKey: XOnlyKey, detail: String, fields: [String: EventValue]) {
        self.id = id
        self.publicKey = publicKey
        self.detail = detail
        self.fields = fields
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
    /// One line for the start of provisioning: "Creating microVM via http://… …".
    var progressText: String { get }

    /// Starts an agent. Whatever it creates goes into the ledger first; what it cannot finish it removes again.
    func provision(_ request: ProvisionRequest, ledger: ResourceRecorder) async throws -> ProvisionedAgent
    /// Returns when the control plane calls the agent ready.
    func awaitReadiness(of agent: ProvisionedAgent) async throws
    /// Called once for every Welcome that was published.
    func welcomeDelivered(_ welcome: DeliveredWelcome, to agent: ProvisionedAgent) async throws
    /// Removes the agent and all that belongs to it.
    func teardown(_ agent: ProvisionedAgent) async throws
    /// What to tell when the agent stays.
    func retentionHints(for agent: ProvisionedAgent) -> [String]
}

extension Provider {
    package func awaitReadiness(of agent: ProvisionedAgent) async throws {}
    package func welcomeDelivered(_ welcome: DeliveredWelcome, to agent: ProvisionedAgent) async throws {}
}

/// A published Welcome, for providers that pass it on (Workers).
package struct DeliveredWelcome: Equatable, Sendable {
    package let nostrGroupID: String
    package let wrapID: EventID
    package let rumorJSON: String
}

/// One provider as help, checker and command line see it.
package struct ProviderDescription: Sendable {
    package let name: String
    package let summary: String
    package let defaultBrain: String
    package let parameters: [Parameter]
    /// Builds the adapter from its parameters.
    package let make: @Sendable (ParameterSet, ProviderEnvironment) throws -> any Provider

    package init(
        name: String, summary: String, defaultBrain: String, parameters: [Parameter],
        make: @escaping @Sendable (ParameterSet, ProviderEnvironment) throws -> any Provider
    ) {
        self.name = name
        self.summary = summary
        self.defaultBrain = defaultBrain
        self.parameters = parameters
        self.make = make
    }
}

/// What adapters take from outside.
package struct ProviderEnvironment: Sendable {
    package let variables: [String: String]
    package let clock: any Clock<Duration>
    package let masking: Masking
    /// Sends control-plane requests elsewhere (mocks); identity otherwise.
    package let route: @Sendable (String) -> String

    package init(
        variables: [String: String], clock: any Clock<Duration>, masking: Masking,
        route: @escaping @Sendable (String) -> String = { $0 }
    ) {
        self.variables = variables
        self.clock = clock
        self.masking = masking
        self.route = route
    }
}
