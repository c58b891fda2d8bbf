import AgentCore
import Cryptography
import Nostr
import Synchronization
import Vocabulary

/// A provider whose answers a test chooses, and that remembers what was asked of it.
package final class FakeProvider: Provider {
    package struct Answers: Sendable {
        package var canRemove = true
        package var exitPolicy = ExitPolicy.destroy
        package var resources = [ProviderResource(kind: "vm", id: "vm-1")]
        package var leftovers: [Leftover] = []
        /// Of ids that the control plane knows; nil for none.
        package var state: String? = "running"
        /// Called before the state is told; what it throws, the question throws.
        package var inspect: @Sendable () async throws -> Void = {}
        package var isStillOurs = true
        package var provision: @Sendable (ProvisionRequest) async throws -> Void = { _ in }
        package var welcome: @Sendable () async throws -> Void = {}
        package var remove: @Sendable (ProviderResource) async throws -> Void = { _ in }

        package init() {}
    }

    private let answers: Mutex<Answers>
    private let log = Mutex<[ProviderResource]>([])
    private let requests = Mutex<[ProvisionRequest]>([])
    package let name: String
    package let controlPlane: String

    package init(
        _ answers: Answers = Answers(), name: String = "fake", controlPlane: String = "http://fake.test"
    ) {
        self.answers = Mutex(answers)
        (self.name, self.controlPlane) = (name, controlPlane)
    }

    package func answer(_ change: (inout Answers) -> Void) { answers.withLock { change(&$0) } }
    private var current: Answers { answers.withLock { $0 } }

    package var removed: [ProviderResource] { log.withLock { $0 } }
    package var requested: [ProvisionRequest] { requests.withLock { $0 } }

    package let timings = ProviderTimings(keyPackageRetry: .seconds(1))
    package var exitPolicy: ExitPolicy { current.exitPolicy }
    package let progressText = "Starting a fake…"
    package let provisionLimit = Duration.seconds(30)
    package var canRemove: Bool { current.canRemove }

    package func checkControlPlane() {}

    package func provision(_ request: ProvisionRequest, ledger: ResourceRecorder) async throws
        -> ProvisionedAgent
    {
        requests.withLock { $0.append(request) }
        let answers = current
        for resource in answers.resources {
            try await ledger.willCreate(resource.kind, marks: [:], within: .seconds(30))
        }
        try await answers.provision(request)
        for resource in answers.resources { try await ledger.didCreate(resource.kind, id: resource.id) }
        return ProvisionedAgent(
            id: answers.resources.first?.id ?? "fake-1", publicKey: request.botKey.publicKey, detail: "",
            fields: [:], resources: answers.resources)
    }

    package func welcomeDelivered(_ welcome: DeliveredWelcome, to agent: ProvisionedAgent) async throws {
        try await current.welcome()
    }

    package func remove(_ resource: ProviderResource) async throws {
        try await current.remove(resource)
        log.withLock { $0.append(resource) }
    }

    package func inspect(_ resource: ProviderResource) async throws -> String? {
        try await current.inspect()
        return current.state
    }
    package func findLeftovers(of intent: ResourceLedger.Entry, known: Set<String>) -> [Leftover] {
        current.leftovers.filter { !known.contains($0.resource.id) }
    }
    package func isStillOurs(_ entry: ResourceLedger.Entry) -> Bool { current.isStillOurs }
    package func retentionHints(for agent: ProvisionedAgent) -> [String] {
        ["find it with: look \(agent.id)"]
    }
    package func manualRemoval(of resource: ProviderResource) -> String {
        "rm \(resource.kind) \(resource.id)"
    }
}

extension ProviderDescription {
    /// Describes a fake under the name of the provider that it always makes.
    package static func of(
        _ provider: FakeProvider, parameters: [Parameter] = [], variables: [Variable] = [],
        made: @escaping @Sendable (ParameterSet) throws -> Void = { _ in }
    ) -> ProviderDescription {
        ProviderDescription(
            name: provider.name, displayName: provider.name, summary: "a fake", defaultBrain: "none",
            removesAgentAtEnd: provider.exitPolicy == .destroy, parameters: parameters, variables: variables
        ) { values, _ in
            try made(values)
            return provider
        }
    }
}

extension ProviderFactory {
    package static func of(_ descriptions: [ProviderDescription], variables: [String: String] = [:])
        -> ProviderFactory
    {
        ProviderFactory(descriptions) { _ in
            ProviderEnvironment(variables: variables, clock: ContinuousClock(), log: EventLog(), isMock: true)
        }
    }
}
