import AgentCore
import Vocabulary

/// Inspecting and listing resources, and finding what an interrupted creation left behind.
extension FlyProvider {
    package func inspect(_ resource: ProviderResource) async throws -> String? {
        let purpose = "look up \(resource.kind) \(resource.id)"
        if resource.kind == "machine" {
            return try await plane.find(
                "machine", resource.id, at: "/machines/\(resource.id)", as: FlyMachine.self, purpose: purpose
            ).map { plane.text.value($0.state ?? "known") }
        }
        return try await plane.find(
            "volume", resource.id, at: "/volumes/\(resource.id)", as: FlyVolume.self, purpose: purpose
        ).map { _ in "exists" }
    }

    private struct Listed: Decodable {
        struct Config: Decodable { let metadata: [String: String]? }
        let id: String
        let name: String?
        let state: String?
        let config: Config?
    }

    package func checkControlPlane() async throws { _ = try await list() }

    package func list() async throws -> [ListedResource]? {
        try await plane.get("/machines", as: [Listed].self, purpose: "list machines").filter {
            plane.text.isUsableID($0.id) && $0.config?.metadata?[Self.metadataKey] != nil
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
        return try await plane.get(path, as: [Listed].self, purpose: "list \(intent.kind)s").filter {
            listed in
            guard plane.text.isUsableID(listed.id) else { return false }
            return isMachine
                ? listed.config?.metadata?[Self.metadataKey] == intent.suffix
                    || listed.name == "agent-\(intent.suffix)"
                : listed.name == "agent_\(intent.suffix)"
        }.map { Leftover(kind: intent.kind, id: $0.id, isProven: true) }
    }
}
