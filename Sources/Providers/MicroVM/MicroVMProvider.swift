import AgentCore
import Foundation
import Nostr

/// The vm-spawner adapter: one HTTP service that boots microVMs (contracts/providers.md).
package struct MicroVMProvider: Provider {
    /// What the user may choose.
    package struct Options: Equatable, Sendable {
        package var spawnerURL: String
        package var variant: String
        package var flakeRef: String
        package var devShell: String
        package var cpu: Int
        package var memoryMB: Int
        package var ttlSeconds: Int
        package var createTimeout: Duration
    }

    /// For requests that change nothing.
    private static let lookTimeout: Duration = .seconds(10)

    package let name = "microvm"
    package let timings = ProviderTimings(keyPackageRetry: .seconds(2))
    package let exitPolicy = ExitPolicy.destroy
    package let takesNames = false
    package let options: Options
    private let variables: [String: String]
    private let http: any HTTPClient
    private let route: @Sendable (String) -> String
    private let retry: RetryPolicy

    package init(
        options: Options, variables: [String: String], http: any HTTPClient, clock: any Clock<Duration>,
        route: @escaping @Sendable (String) -> String
    ) {
        self.options = options
        self.variables = variables
        self.http = http
        self.route = route
        retry = RetryPolicy(clock: clock)
    }

    package var progressText: String { "Creating microVM via \(options.spawnerURL)…" }
    package var provisionLimit: Duration { Self.lookTimeout + options.createTimeout }

    package func provision(_ request: ProvisionRequest, ledger: ResourceRecorder) async throws
        -> ProvisionedAgent
    {
        let body = CreateVMRequest(
            flakeRef: options.flakeRef, devShell: options.devShell, cpu: options.cpu,
            memoryMB: options.memoryMB,
            ttlSeconds: options.ttlSeconds, spawnVariant: options.variant,
            guestAutostart: try GuestAutostart.make(for: request, variables: variables))
        do {
            try await checkHealth()
        } catch let failure as HTTPFailure {
            throw unreachable(failure, mayHaveCreated: false)
        }
        try await ledger.willCreate("vm", marks: marks, within: options.createTimeout)
        let vm: SpawnerVM
        do {
            vm = try await create(body)
        } catch let failure as HTTPFailure {
            // An answer without a usable id, a time-out or a broken connection may have left a VM behind: the intent stays open.
            if failure.surelyDidNothing { try await ledger.isGone("vm", id: nil) }
            throw unreachable(failure, mayHaveCreated: !failure.surelyDidNothing)
        }
        let agent = ProvisionedAgent(
            id: vm.id, publicKey: request.botKey.publicKey, detail: "ip=\(ServerText.plain(vm.ip))",
            fields: [
                "id": .text(vm.id), "ip": .text(vm.ip), "provider": .text(name),
                "url": .text(options.spawnerURL),
            ], resources: [ProviderResource(kind: "vm", id: vm.id)])
        do {
            try await ledger.didCreate("vm", id: vm.id)
        } catch {
            // What cannot be recorded must not stay.
            try await remove(ProviderResource(kind: "vm", id: vm.id))
            throw error
        }
        return agent
    }

    private func create(_ body: CreateVMRequest) async throws -> SpawnerVM {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let request = HTTPRequest(
            "POST", route("\(options.spawnerURL)/vms"), headers: [("Content-Type", "application/json")],
            body: [UInt8](try encoder.encode(body)), timeout: options.createTimeout,
            purpose: "create microvm")
        let response = try await retry.send(request, by: http)
        guard response.isSuccess else { throw HTTPFailure(request, status: response) }
        let vm = try http.read(SpawnerVM.self, from: response, for: request)
        guard ResourceID.isUsable(vm.id) else {
            throw HTTPFailure(request, .unusable("the answer's \"id\" is no id of a VM", body: ""))
        }
        return vm
    }

    package func checkControlPlane() async throws {
        do {
            try await checkHealth()
        } catch let failure as HTTPFailure {
            throw ProviderError(failure.code, failure.description, hints: hints(for: failure))
        }
    }

    /// Before every creation as well: what is wrong with the address is found before anything can be left behind.
    private func checkHealth() async throws {
        let health: Health = try await look("/healthz", purpose: "reach vm-spawner")
        guard health.ok else {
            throw ProviderError(
                .notReady, "vm-spawner at \(options.spawnerURL) says that it is not well",
                hints: ["look at its log"])
        }
    }

    private func look<Value: Decodable>(_ path: String, purpose: String) async throws -> Value {
        let request = HTTPRequest(
            "GET", route(options.spawnerURL + path), timeout: Self.lookTimeout, purpose: purpose)
        let response = try await retry.send(request, by: http)
        guard response.isSuccess else { throw HTTPFailure(request, status: response) }
        return try http.read(Value.self, from: response, for: request)
    }

    private func unreachable(_ failure: HTTPFailure, mayHaveCreated: Bool) -> ProviderError {
        ProviderError(
            failure.code,
            "failed to create microvm via vm-spawner at \(options.spawnerURL): \(failure.cause)",
            hints: (mayHaveCreated
                ? [
                    "a VM may have been created all the same; look with: curl \(options.spawnerURL)/vms",
                    "pikachat agent sweep looks for it later",
                ] : [])
                + hints(for: failure), canHeal: !mayHaveCreated && failure.canHeal)
    }

    private func hints(for failure: HTTPFailure) -> [String] {
        switch failure.reason {
        case .status(401, _, _), .status(403, _, _):
            [
                "a vm-spawner asks nobody for a password: something else answers at this address, a proxy for instance",
                "its address is PIKA_MICROVM_SPAWNER_URL, or --spawner-url",
            ]
        case .status(300..<500, _, _) where failure.code == .protocolError:
            ["what answers there is no vm-spawner; its address is PIKA_MICROVM_SPAWNER_URL, or --spawner-url"]
        case .status: ["vm-spawner answered, and said no: look at its log"]
        default:
            [
                "ensure vm-spawner is reachable (curl \(options.spawnerURL)/healthz)",
                "if this is a remote host, open a tunnel:", "  just agent-microvm-tunnel",
            ]
        }
    }

    package var controlPlane: String { options.spawnerURL }

    package func remove(_ resource: ProviderResource) async throws {
        let request = HTTPRequest(
            "DELETE", route("\(options.spawnerURL)/vms/\(resource.id)"), timeout: .seconds(30),
            purpose: "delete microvm \(resource.id)")
        do {
            let response = try await retry.send(request, by: http)
            guard response.isSuccess else { throw HTTPFailure(request, status: response) }
        } catch let failure as HTTPFailure {
            // Gone already, by its own time to live or by hand: that is what was wanted.
            if failure.isUnknownResource { return }
            throw ProviderError(
                .leak, "failed to delete microvm \(resource.id) via \(options.spawnerURL): \(failure.cause)",
                hints: ["manual cleanup: \(manualRemoval(of: resource))"])
        }
    }

    package func inspect(_ resource: ProviderResource) async throws -> String? {
        try await vm(resource.id).map(Self.describe)
    }

    private static func describe(_ vm: SpawnerVM) -> String {
        ServerText.plain("\(vm.status ?? "running"), ip=\(vm.ip)")
    }

    /// Nil when the spawner does not know it.
    private func vm(_ id: String) async throws -> SpawnerVM? {
        do {
            let vm: SpawnerVM = try await look("/vms/\(id)", purpose: "look at microvm \(id)")
            try ResourceID.check(vm.id, is: id, "VM")
            return vm
        } catch let failure as HTTPFailure where failure.isUnknownResource {
            return nil
        }
    }

    /// A VM that was made long after ours has only its name in common with it: the spawner counts from one again.
    package func isStillOurs(_ entry: ResourceLedger.Entry) async throws -> Bool {
        guard let id = entry.id, let created = try await vm(id)?.createdAtMilliseconds else { return true }
        return created - (try await clockOffset()) <= entry.settled
    }

    /// The spawner's clock before ours, in milliseconds; 0 where it does not tell.
    private func clockOffset() async throws -> Int64 {
        let health: Health = try await look("/healthz", purpose: "reach vm-spawner")
        guard let now = SpawnerVM.milliseconds(health.now) else { return 0 }
        return now - Int64(Date().timeIntervalSince1970 * 1000)
    }

    private struct Health: Decodable {
        let ok: Bool
        let now: String?
    }

    private func listedVMs() async throws -> [ListedVM] { try await look("/vms", purpose: "list microvms") }

    package func list() async throws -> [ListedResource]? {
        try await listedVMs().filter { ResourceID.isUsable($0.vm.id) }.map {
            ListedResource(kind: "vm", id: $0.vm.id, state: Self.describe($0.vm))
        }
    }

    /// What the spawner repeats in its records.
    private var marks: [String: String] {
        [
            "flake_ref": options.flakeRef, "dev_shell": options.devShell, "spawn_variant": options.variant,
            "ttl_seconds": "\(options.ttlSeconds)",
        ]
    }

    /// The spawner's records carry nothing that only we can know: a VM that was made when the intent says, and as it says, may
    /// still be that of somebody else who uses the same spawner.
    package func findLeftovers(of intent: ResourceLedger.Entry, known: Set<String>) async throws -> [Leftover]
    {
        // By the spawner's clock; and two clocks rarely agree to the second.
        let offset = try await clockOffset()
        let window = (intent.time - 30_000)...intent.settled
        return try await listedVMs()
            .filter { listed in
                guard !known.contains(listed.vm.id), ResourceID.isUsable(listed.vm.id) else { return false }
                // One that does not say when it was made may be ours.
                if let created = listed.vm.createdAtMilliseconds, !window.contains(created - offset) {
                    return false
                }
                return listed.marks.allSatisfy {
                    intent.marks?[$0.key] == nil || intent.marks?[$0.key] == $0.value
                }
            }
            .map { Leftover(kind: "vm", id: $0.vm.id, isProven: false) }
    }

    package func manualRemoval(of resource: ProviderResource) -> String {
        "curl -X DELETE \(options.spawnerURL)/vms/\(resource.id)"
    }

    package func retentionHints(for agent: ProvisionedAgent) -> [String] {
        [
            "Keeping microVM \(agent.id) alive (--keep).", "List VMs:   curl \(options.spawnerURL)/vms",
            "Delete VM:  curl -X DELETE \(options.spawnerURL)/vms/\(agent.id)",
        ]
    }
}
