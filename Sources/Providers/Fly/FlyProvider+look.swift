import AgentCore

/// What is there: looking at resources, listing them, finding what an interrupted creation left.
extension FlyProvider {
    package func inspect(_ resource: ProviderResource) async throws -> String? {
        do {
            if resource.kind == "machine" {
                let machine: FlyMachine = try await call(
                    "GET", "/machines/\(resource.id)", Optional<String>.none,
                    purpose: "look at machine \(resource.id)")
                try ResourceID.check(machine.id, is: resource.id, "machine")
                return ServerText.plain(machine.state ?? "known")
            }
            let volume: FlyVolume = try await call(
                "GET", "/volumes/\(resource.id)", Optional<String>.none,
                purpose: "look at volume \(resource.id)")
            try ResourceID.check(volume.id, is: resource.id, "volume")
            return "exists"
        } catch let failure as HTTPFailure {
            if failure.isUnknownResource { return nil }
            throw ProviderError(failure.code, failure.description, hints: hints(for: failure))
        }
    }

    private struct Listed: Decodable {
        struct Config: Decodable { let metadata: [String: String]? }
        let id: String
        let name: String?
        let state: String?
        let config: Config?
    }

    private func listed(_ path: String, _ kind: String) async throws -> [Listed] {
        do {
            return try await call("GET", path, Optional<String>.none, purpose: "list \(kind)s")
        } catch let failure as HTTPFailure {
            throw ProviderError(failure.code, failure.description, hints: hints(for: failure))
        }
    }

    package func checkControlPlane() async throws { _ = try await list() }

    package func list() async throws -> [ListedResource]? {
        try await listed("/machines", "machine").filter {
            ResourceID.isUsable($0.id) && $0.config?.metadata?[Self.metadataKey] != nil
        }.map { ListedResource(kind: "machine", id: $0.id, state: ServerText.plain($0.state ?? "known")) }
    }

    /// What to do next, where the control plane's own words do not say it.
    func hints(for failure: HTTPFailure) -> [String] {
        switch failure.reason {
        case .status(401, _, _), .status(403, _, _):
            [
                "FLY_API_TOKEN must be a token that may use the app \(options.app): fly tokens create deploy -a \(options.app)"
            ]
        case .status(404, _, _):
            ["is \(options.app) the app's name? It is FLY_BOT_APP_NAME, or --app; fly apps list shows yours"]
        case .transport, .timeout: ["its address is PIKA_FLY_API_BASE_URL, or --fly-url"]
        default: []
        }
    }

    /// Names may be the user's choice; the suffix, random and ours, is in a volume's name and in a machine's metadata.
    package func findLeftovers(of intent: ResourceLedger.Entry, known: Set<String>) async throws -> [Leftover]
    {
        let isMachine = intent.kind == "machine"
        // The filter saves reading; what comes is looked at all the same.
        let path = isMachine ? "/machines?metadata.\(Self.metadataKey)=\(intent.suffix)" : "/volumes"
        return try await listed(path, intent.kind).filter { listed in
            guard ResourceID.isUsable(listed.id) else { return false }
            return isMachine
                ? listed.config?.metadata?[Self.metadataKey] == intent.suffix
                    || listed.name == "agent-\(intent.suffix)"
                : listed.name == "agent_\(intent.suffix)"
        }.map { Leftover(kind: intent.kind, id: $0.id, isProven: true) }
    }
}
