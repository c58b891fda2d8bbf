import AgentCore
import Foundation

/// One resource as `agent list` and `agent inspect` show it: ledger and provider side by side.
struct ResourceRow: Sendable {
    let fields: [String: EventValue]
    let line: String
    let page: String

    /// - Returns: after asking the provider for its state.
    init(_ entry: ResourceLedger.Entry, _ host: LiveHost) async {
        let state = await Self.state(of: entry, host)
        fields = Self.fields(of: entry).merging(["state": .text(state)]) { $1 }
        line =
            "\(entry.id ?? "(id unknown)")  \(entry.provider) \(entry.kind)  \(Self.word(entry.change))  provider: \(state)  \(entry.url)"
        page = """
            id        \(entry.id ?? "(unknown)")
            kind      \(entry.provider) \(entry.kind)
            ledger    \(Self.word(entry.change)) at \(Self.time(entry.time))
            at        \(entry.url)
            state     \(state)

            """
    }

    /// In the order of the entries; all are asked at once.
    static func all(_ entries: [ResourceLedger.Entry], _ host: LiveHost) async -> [ResourceRow] {
        await withTaskGroup(of: (Int, ResourceRow).self) { group in
            for (index, entry) in entries.enumerated() {
                group.addTask { (index, await ResourceRow(entry, host)) }
            }
            var rows: [(Int, ResourceRow)] = []
            for await row in group { rows.append(row) }
            return rows.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// Something that only the provider knows.
    private init(_ listed: ListedResource, _ provider: any Provider) {
        fields = [
            "id": .text(listed.resource.id), "provider": .text(provider.name),
            "kind": .text(listed.resource.kind), "ledger": .none, "url": .text(provider.controlPlane),
            "state": .text(listed.state),
        ]
        line =
            "\(listed.resource.id)  \(provider.name) \(listed.resource.kind)  not in this ledger  provider: \(listed.state)  \(provider.controlPlane)"
        page = line
    }

    static func fields(of entry: ResourceLedger.Entry) -> [String: EventValue] {
        [
            "id": entry.id.map(EventValue.text) ?? .none, "provider": .text(entry.provider),
            "kind": .text(entry.kind), "ledger": .text(word(entry.change)), "url": .text(entry.url),
            "time": .text(time(entry.time)),
        ]
    }

    static func word(_ change: ResourceLedger.Entry.Change) -> String {
        switch change {
        case .intent: "may have been created"
        case .created: "created"
        case .kept: "kept"
        case .gone: "gone"
        }
    }

    private static func time(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(.iso8601)
    }

    private static func state(of entry: ResourceLedger.Entry, _ host: LiveHost) async -> String {
        guard let id = entry.id else { return "look with: pikachat agent sweep" }
        do {
            let resource = ProviderResource(kind: entry.kind, id: id)
            return try await host.provider(for: entry).inspect(resource) ?? "unknown (gone)"
        } catch { return Failure(error).message }
    }

    /// What the control planes list beside the ledger's entries: those in the ledger, and those that the environment names.
    static func beside(_ entries: [ResourceLedger.Entry], _ host: LiveHost) async -> (
        rows: [ResourceRow], failures: [(provider: String, failure: Failure)]
    ) {
        let known = Set(entries.compactMap(\.id))
        var asked = Set<String>()
        var rows: [ResourceRow] = []
        var failures: [(provider: String, failure: Failure)] = []
        func ask(_ name: String, _ make: () throws -> any Provider) async {
            do {
                let provider = try make()
                guard asked.insert(provider.controlPlane).inserted else { return }
                for listed in try await provider.list() ?? [] where !known.contains(listed.resource.id) {
                    rows.append(ResourceRow(listed, provider))
                }
            } catch { failures.append((name, Failure(error))) }
        }
        for entry in entries { await ask(entry.provider) { try host.provider(for: entry) } }
        for description in host.providers where host.isConfigured(description) {
            await ask(description.name) { try host.provider(configured: description) }
        }
        return (rows, failures)
    }
}
