import AgentCore
import Vocabulary

/// Inspecting and listing resources, and finding what an interrupted creation left behind.
extension FlyProvider {
    /// States of what is on its way out.
    private static let leaving: Set<String> = [
        "destroying", "destroyed", "pending_destroy", "scheduling_destroy", "waiting_for_detach",
    ]

    package func inspect(_ resource: ProviderResource) async throws -> String? {
        let purpose = "look up \(resource.kind) \(resource.id)"
        let path = resource.kind == "machine" ? "/machines/\(resource.id)" : "/volumes/\(resource.id)"
        guard let listed = try await plane.find(resource, at: path, as: Listed.self, purpose: purpose),
            !isLeaving(listed)
        else { return nil }
        return plane.text.value(listed.state ?? (resource.kind == "machine" ? "known" : "exists"))
    }

    private func isLeaving(_ listed: Listed) -> Bool {
        guard let state = listed.state else { return false }
        return Self.leaving.contains(state)
    }

    /// A machine or volume in a list. Only the id must be readable: an odd row is a row.
    private struct Listed: ResourceAnswer {
        let id: String
        let name: String?
        let state: String?
        let metadata: [String: String]

        private enum Key: String, CodingKey { case id, name, state, config }
        private enum ConfigKey: String, CodingKey { case metadata }

        init(from decoder: any Decoder) throws {
            let row = try decoder.container(keyedBy: Key.self)
            id = try row.decode(String.self, forKey: .id)
            name = try? row.decode(String.self, forKey: .name)
            state = try? row.decode(String.self, forKey: .state)
            let config = try? row.nestedContainer(keyedBy: ConfigKey.self, forKey: .config)
            metadata = (try? config?.decode([String: String].self, forKey: .metadata)) ?? [:]
        }
    }

    package func checkControlPlane() async throws { _ = try await list() }

    package func list() async throws -> [ListedResource]? {
        try await plane.get("/machines", as: LossyList<Listed>.self, purpose: "list machines").rows.filter {
            plane.text.isUsableID($0.id) && $0.metadata[Self.metadataKey] != nil && !isLeaving($0)
        }.map {
            ListedResource(kind: "machine", id: $0.id, state: plane.text.value($0.state ?? "known"))
        }
    }

    /// Names may be chosen by the user; the random suffix, which only we know, is in a volume's name and a
    /// machine's metadata.
    package func findLeftovers(of intent: ResourceLedger.Entry, known: Set<String>) async throws -> [Leftover]
    {
        let isMachine = intent.kind == "machine"
        // The filter only shortens the answer; every entry is checked here as well.
        let path = isMachine ? "/machines?metadata.\(Self.metadataKey)=\(intent.suffix)" : "/volumes"
        let purpose = "list \(intent.kind)s"
        let list = try await plane.get(path, as: LossyList<Listed>.self, purpose: purpose)
        return try plane.leftovers(
            in: list, id: \.id, purpose: purpose,
            inspection: "fly \(isMachine ? "machine" : "volumes") list -a \(options.app)"
        ) { rows in
            rows.filter { listed in
                guard !isLeaving(listed) else { return false }
                return isMachine
                    ? listed.metadata[Self.metadataKey] == intent.suffix
                        || listed.name == "agent-\(intent.suffix)"
                    : listed.name == "agent_\(intent.suffix)"
            }.map { Leftover(kind: intent.kind, id: $0.id, isProven: true) }
        }
    }
}
