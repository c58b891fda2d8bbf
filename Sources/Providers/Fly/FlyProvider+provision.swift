import AgentCore
import Cryptography
import Nostr
import Vocabulary

/// Creating a volume and a machine, and cleaning up when only one of them came to be.
extension FlyProvider {
    package func provision(_ request: ProvisionRequest, ledger: ResourceRecorder) async throws
        -> ProvisionedAgent
    {
        try checkName(request.name)
        try checkRegion()
        let botEnvironment = try botEnvironment(for: request.botKey)
        warnAboutRelays(request.relays)
        let volume = try await createVolume(request, ledger)
        let machine: FlyMachine
        do {
            machine = try await createMachine(request, volume, botEnvironment, ledger)
        } catch {
            // A volume without its machine only costs money.
            throw await undo([volume], ledger, because: error)
        }
        let resource = ProviderResource(kind: "machine", id: machine.id)
        do {
            try await ledger.didCreate(resource.kind, id: resource.id)
        } catch {
            throw await undo([resource, volume], ledger, because: error)
        }
        let instance = machine.instanceID.flatMap { plane.text.isUsableID($0) ? $0 : nil }
        return ProvisionedAgent(
            id: machine.id, publicKey: request.botKey.publicKey,
            detail: "region=\(plane.text.value(machine.region ?? options.region))",
            fields: [
                "id": .text(machine.id), "provider": .text(name), "app": .text(options.app),
                "volume": .text(volume.id), "url": .text(options.baseURL), "instance": .text(instance ?? ""),
            ], resources: [resource, volume])
    }

    /// The bot's environment. The model key is required only here: inspecting and removing work without it.
    private func botEnvironment(for botKey: Secp256k1SecretKey) throws -> [String: String] {
        let secretKey = Hex.encode(botKey.secret.exposed())
        environment.log.masking.add(secretKey)
        var bot = [
            "ANTHROPIC_API_KEY": try environment.secret("ANTHROPIC_API_KEY"), "STATE_DIR": "/app/state",
            "NOSTR_SECRET_KEY": secretKey,
        ]
        for name in Self.optionalBotVariables { bot[name] = environment.forwarded(name) }
        return bot
    }

    private func checkRegion() throws {
        guard options.region.utf8.allSatisfy({ $0 >= 0x61 && $0 <= 0x7a }), !options.region.isEmpty else {
            throw ProviderError(
                .usage,
                "\(options.region.cut(to: 40).debugDescription) is not a Fly region: use a lower-case code such as iad"
            )
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
                "\(name.cut(to: 80).debugDescription) is not a Fly machine name: use 1 to 63 lower-case letters, digits and hyphens"
            )
        }
    }

    /// Removes what was created before a later step failed.
    ///
    /// - Returns: the original error; if a removal failed too, an error that also names what is left behind
    ///   and the command that removes it.
    private func undo(_ resources: [ProviderResource], _ ledger: ResourceRecorder, because error: any Error)
        async -> any Error
    {
        var (left, notes): ([String], [String]) = ([], [])
        for resource in resources {
            do {
                try await remove(resource)
            } catch {
                let failure = Failure(error)
                left += ["\(resource.kind) \(resource.id) is left behind: \(failure.message)"] + failure.hints
                continue
            }
            do {
                try await ledger.isGone(resource.kind, id: resource.id)
            } catch {
                notes.append(
                    "\(resource.kind) \(resource.id) was removed, but the ledger could not record it: \(error)"
                )
            }
        }
        let first = Failure(error)
        guard !left.isEmpty else {
            return notes.isEmpty
                ? error
                : ProviderError(first.code, first.message, hints: first.hints + notes, isRetryable: false)
        }
        return ProviderError(.leak, first.message, hints: first.hints + left + notes, isRetryable: false)
    }

    /// The deployed image joins only the two default relays, whatever the client uses.
    private func warnAboutRelays(_ relays: [RelayURL]) {
        guard !environment.isMock, !relays.contains(where: RelayDefaults.relays.contains) else { return }
        environment.log.emit(
            .warning(
                "the Fly image joins only \(RelayDefaults.texts.joined(separator: " and ")), so the bot cannot be found on the relays given. Add --relay \(RelayDefaults.texts[0])"
            ))
    }

    private func createVolume(_ request: ProvisionRequest, _ ledger: ResourceRecorder) async throws
        -> ProviderResource
    {
        let volume = try await plane.create(
            Creation(
                kind: "volume", path: "/volumes", purpose: "create volume",
                inspection: "fly volumes list -a \(options.app)", provider: self),
            FlyVolumeRequest(name: "agent_\(request.suffix)", region: options.region, sizeGB: 1),
            as: FlyVolume.self, ledger: ledger)
        let resource = ProviderResource(kind: "volume", id: volume.id)
        do {
            try await ledger.didCreate("volume", id: volume.id)
        } catch {
            // What the ledger cannot record must not stay.
            try await remove(resource)
            throw error
        }
        return resource
    }

    private func createMachine(
        _ request: ProvisionRequest, _ volume: ProviderResource, _ botEnvironment: [String: String],
        _ ledger: ResourceRecorder
    ) async throws -> FlyMachine {
        let body = FlyMachineRequest(
            name: request.name ?? "agent-\(request.suffix)", region: options.region,
            config: .init(
                image: options.image, env: botEnvironment,
                mounts: [.init(volume: volume.id, path: "/app/state")],
                metadata: [Self.metadataKey: request.suffix]))
        return try await plane.create(
            Creation(
                kind: "machine", path: "/machines", purpose: "create machine", marks: ["name": body.name],
                inspection: "fly machine list -a \(options.app)", provider: self),
            body, ledger: ledger)
    }
}
