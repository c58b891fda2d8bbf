import AgentCore
import Cryptography
import Foundation
import Nostr

/// The Fly Machines adapter: a volume and a machine per agent (contracts/providers.md).
package struct FlyProvider: Provider {
    package struct Options: Sendable {
        package var token: String
        package var baseURL: String
        package var app: String
        package var region: String
        package var image: String
        package var createTimeout: Duration
    }

    /// Machines of ours are found again by it.
    package static let metadataKey = "pika_agent"

    package let name = "fly"
    package let timings = ProviderTimings(keyPackageRetry: .seconds(3))
    package let exitPolicy = ExitPolicy.leaveRunning
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

    package var controlPlane: String { base }
    package var progressText: String { "Creating Fly machine in app \(options.app)…" }
    /// A volume and a machine.
    package var provisionLimit: Duration { options.createTimeout * 2 }
    private var base: String { "\(options.baseURL)/v1/apps/\(options.app)" }

    // MARK: Provisioning

    package func provision(_ request: ProvisionRequest, ledger: ResourceRecorder) async throws
        -> ProvisionedAgent
    {
        try checkName(request.name)
        try checkRegion()
        let botEnvironment = try botEnvironment()
        warnAboutRelays(request.relays)
        let volume = try await createVolume(request, ledger)
        let machine: FlyMachine
        do {
            machine = try await createMachine(request, volume, botEnvironment, ledger)
        } catch {
            // Without its machine the volume is only a bill.
            throw await undo([volume], ledger, because: error)
        }
        let resource = ProviderResource(kind: "machine", id: machine.id)
        do {
            try await ledger.didCreate(resource.kind, id: resource.id)
        } catch {
            throw await undo([resource, volume], ledger, because: error)
        }
        return ProvisionedAgent(
            id: machine.id, publicKey: request.botKey.publicKey,
            detail: "region=\(ServerText.plain(machine.region ?? options.region))",
            fields: [
                "id": .text(machine.id), "provider": .text(name), "app": .text(options.app),
                "volume": .text(volume.id),
                "url": .text(options.baseURL), "instance": .text(machine.instanceID ?? ""),
            ], resources: [resource, volume])
    }

    /// Model keys for the bot. Only a new one needs them; looking and removing do not.
    private func botEnvironment() throws -> [String: String] {
        var bot = ["ANTHROPIC_API_KEY": try environment.secret("ANTHROPIC_API_KEY")]
        for name in ["OPENAI_API_KEY", "PI_MODEL"] {
            guard let value = environment.variable(name) else { continue }
            bot[name] = value
            if name.hasSuffix("KEY") { environment.log.masking.add(value) }
        }
        return bot
    }

    private func checkRegion() throws {
        guard options.region.utf8.allSatisfy({ $0 >= 0x61 && $0 <= 0x7a }), !options.region.isEmpty else {
            throw ProviderError(
                .usage, "a Fly region is a short lower-case word, such as iad: \(options.region.prefix(40))")
        }
    }

    private func checkName(_ name: String?) throws {
        guard let name else { return }
        let isPlain = name.utf8.allSatisfy {
            ($0 >= 0x61 && $0 <= 0x7a) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2d
        }
        guard isPlain, (1...63).contains(name.utf8.count) else {
            throw ProviderError(
                .usage,
                "a Fly machine's name has 1 to 63 lower-case letters, digits and -: \(name.prefix(80))")
        }
    }

    /// Removes what was made before something failed.
    ///
    /// - Returns: what failed; where removing failed, too, with that and the command that does it by hand.
    private func undo(_ resources: [ProviderResource], _ ledger: ResourceRecorder, because error: any Error)
        async -> any Error
    {
        var (left, notes): ([String], [String]) = ([], [])
        for resource in resources {
            do {
                try await remove(resource)
            } catch {
                let failure = Failure(error)
                left += ["and \(resource.kind) \(resource.id) is left: \(failure.message)"] + failure.hints
                continue
            }
            do {
                try await ledger.isGone(resource.kind, id: resource.id)
            } catch {
                notes.append(
                    "\(resource.kind) \(resource.id) was removed, but the ledger does not say so: \(error)")
            }
        }
        let first = Failure(error)
        guard !left.isEmpty else {
            return notes.isEmpty
                ? error : ProviderError(first.code, first.message, hints: first.hints + notes, canHeal: false)
        }
        return ProviderError(.leak, first.message, hints: first.hints + left + notes, canHeal: false)
    }

    /// The deployed image joins the two default relays, whatever the client uses.
    private func warnAboutRelays(_ relays: [RelayURL]) {
        guard !environment.isMock, !relays.contains(where: RelayDefaults.relays.contains) else { return }
        environment.log.emit(
            .warning(
                "the Fly image joins \(RelayDefaults.texts.joined(separator: " and ")) only; with these relays the bot will not be found. Add --relay \(RelayDefaults.texts[0])"
            ))
    }

    private func createVolume(_ request: ProvisionRequest, _ ledger: ResourceRecorder) async throws
        -> ProviderResource
    {
        try await ledger.willCreate("volume", marks: [:], within: options.createTimeout)
        let volume: FlyVolume = try await creating("volume", ledger) {
            let volume: FlyVolume = try await call(
                "POST", "/volumes",
                FlyVolumeRequest(name: "agent_\(request.suffix)", region: options.region, sizeGB: 1),
                purpose: "create volume")
            try checkID(volume.id, "/volumes", "create volume")
            return volume
        }
        let resource = ProviderResource(kind: "volume", id: volume.id)
        do {
            try await ledger.didCreate("volume", id: volume.id)
        } catch {
            try await remove(resource)
            throw error
        }
        return resource
    }

    private func createMachine(
        _ request: ProvisionRequest, _ volume: ProviderResource, _ botEnvironment: [String: String],
        _ ledger: ResourceRecorder
    ) async throws -> FlyMachine {
        var variables = botEnvironment
        variables["STATE_DIR"] = "/app/state"
        variables["NOSTR_SECRET_KEY"] = Hex.encode(request.botKey.secret.exposed())
        let body = FlyMachineRequest(
            name: request.name ?? "agent-\(request.suffix)", region: options.region,
            config: .init(
                image: options.image, env: variables, mounts: [.init(volume: volume.id, path: "/app/state")],
                metadata: [Self.metadataKey: request.suffix]))
        try await ledger.willCreate("machine", marks: ["name": body.name], within: options.createTimeout)
        return try await creating("machine", ledger) {
            let machine: FlyMachine = try await call("POST", "/machines", body, purpose: "create machine")
            try checkID(machine.id, "/machines", "create machine")
            return machine
        }
    }

    private func checkID(_ id: String, _ path: String, _ purpose: String) throws {
        guard !ResourceID.isUsable(id) else { return }
        throw HTTPFailure(
            request("POST", path, nil, options.createTimeout, purpose),
            .unusable("the answer's \"id\" is no id", body: HTTPFailure.excerpt(Array(id.utf8))))
    }

    /// Runs one creation; a refusal closes its intent, an unclear outcome leaves it open for `agent sweep`.
    private func creating<Value: Sendable>(
        _ kind: String, _ ledger: ResourceRecorder, _ create: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await create()
        } catch let failure as HTTPFailure {
            if failure.surelyDidNothing { try await ledger.isGone(kind, id: nil) }
            throw ProviderError(
                failure.code, failure.description,
                hints: failure.surelyDidNothing
                    ? hints(for: failure)
                    : [
                        "the \(kind) may exist all the same: pikachat agent sweep looks for it and removes it"
                    ],
                canHeal: failure.surelyDidNothing && failure.canHeal)
        }
    }

    // MARK: Life

    package func awaitReadiness(of agent: ProvisionedAgent) async throws {
        let instance = agent.fields["instance"]?.description ?? ""
        let query = ResourceID.isUsable(instance) ? "&instance_id=\(instance)" : ""
        let path = "/machines/\(agent.id)/wait?state=started\(query)&timeout=60"
        let purpose = "wait for machine \(agent.id)"
        struct Answer: Decodable { let ok: Bool }
        do {
            let answer: Answer = try await call(
                "GET", path, Optional<String>.none, timeout: .seconds(75), purpose: purpose)
            guard answer.ok else {
                throw ProviderError(.notReady, "machine \(agent.id) is not started, says its control plane")
            }
        } catch let failure as HTTPFailure {
            guard case .status(408, _, _) = failure.reason else {
                throw ProviderError(failure.code, failure.description)
            }
            let state = try await inspect(ProviderResource(kind: "machine", id: agent.id)) ?? "gone"
            throw ProviderError(
                .notReady, "machine \(agent.id) did not start within 60s; it is \(state)",
                hints: ["look at its log: fly logs -a \(options.app) -i \(agent.id)"])
        }
    }

    package func remove(_ resource: ProviderResource) async throws {
        let path =
            resource.kind == "machine" ? "/machines/\(resource.id)?force=true" : "/volumes/\(resource.id)"
        do {
            _ = try await send(
                "DELETE", path, Optional<String>.none, purpose: "delete \(resource.kind) \(resource.id)")
        } catch let failure as HTTPFailure {
            if failure.isUnknownResource { return }
            throw ProviderError(
                .leak, failure.description, hints: ["manual cleanup: \(manualRemoval(of: resource))"])
        }
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

    // MARK: HTTP

    func call<Body: Encodable, Value: Decodable>(
        _ method: String, _ path: String, _ body: Body?, timeout: Duration? = nil, purpose: String
    ) async throws -> Value {
        let timeout = timeout ?? (method == "POST" ? options.createTimeout : .seconds(30))
        let response = try await send(method, path, body, timeout: timeout, purpose: purpose)
        return try http.read(
            Value.self, from: response, for: request(method, path, nil, .seconds(30), purpose))
    }

    private func send<Body: Encodable>(
        _ method: String, _ path: String, _ body: Body?, timeout: Duration = .seconds(30), purpose: String
    ) async throws -> HTTPResponse {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let bytes = try body.map { [UInt8](try encoder.encode($0)) }
        let request = request(method, path, bytes, timeout, purpose)
        let response = try await retry.send(request, by: http)
        guard response.isSuccess else { throw HTTPFailure(request, status: response) }
        return response
    }

    private func request(
        _ method: String, _ path: String, _ body: [UInt8]?, _ timeout: Duration, _ purpose: String
    ) -> HTTPRequest {
        HTTPRequest(
            method, environment.route(base + path),
            headers: [("Authorization", "Bearer \(options.token)"), ("Content-Type", "application/json")],
            body: body,
            timeout: timeout, purpose: purpose)
    }
}
