import AgentCore
import Foundation
import Vocabulary

/// Inspecting and listing VMs, and finding what an interrupted creation left behind.
extension MicroVMProvider {
    package func inspect(_ resource: ProviderResource) async throws -> String? {
        try await vm(resource.id).map(state)
    }

    private func state(of vm: SpawnerVM) -> String {
        plane.text.value("\(vm.status ?? "running"), ip=\(vm.ip ?? "none")")
    }

    /// Nil when the spawner has no such VM.
    private func vm(_ id: String) async throws -> SpawnerVM? {
        try await plane.find(
            ProviderResource(kind: "vm", id: id), at: "/vms/\(id)", purpose: "look up microvm \(id)")
    }

    private static let listing = "list microvms"

    private func listedVMs() async throws -> LossyList<ListedVM> {
        try await plane.get("/vms", purpose: Self.listing)
    }

    package func list() async throws -> [ListedResource]? {
        try await listedVMs().rows.filter { plane.text.isUsableID($0.vm.id) }.map {
            ListedResource(kind: "vm", id: $0.vm.id, state: state(of: $0.vm))
        }
    }

    /// A VM created long after ours merely has the same id: a restarted spawner numbers VMs from one again.
    package func isStillOurs(_ entry: ResourceLedger.Entry) async throws -> Bool {
        guard let id = entry.id, let created = try await vm(id)?.createdAtMilliseconds else { return true }
        return created - (try await clockOffset()) <= entry.settled
    }

    /// How far the spawner's clock is ahead of ours, in milliseconds; 0 if it does not report its time.
    private func clockOffset() async throws -> Int64 {
        guard let now = SpawnerVM.milliseconds(try await health().now) else { return 0 }
        return now - Int64(Date().timeIntervalSince1970 * 1000)
    }

    /// A VM that matches the intent in time and settings may still belong to somebody else who uses the same
    /// spawner.
    package func findLeftovers(of intent: ResourceLedger.Entry, known: Set<String>) async throws -> [Leftover]
    {
        // In the spawner's time, with a tolerance because clocks rarely agree to the second.
        let offset = try await clockOffset()
        let window = (intent.time - 30_000)...intent.settled
        return try plane.leftovers(
            in: await listedVMs(), id: \.vm.id, purpose: Self.listing, inspection: "curl \(plane.url)/vms"
        ) { rows in
            rows.filter { listed in
                guard !known.contains(listed.vm.id) else { return false }
                // A VM without a creation time may be ours.
                if let created = listed.vm.createdAtMilliseconds, !window.contains(created - offset) {
                    return false
                }
                return listed.marks.allSatisfy { name, value in
                    guard let mark = intent.marks?[name] else { return true }
                    return mark == value
                        || name == "ttl_seconds"
                            && Int(mark).map { "\(SpawnerLimits.lifetime($0))" } == value
                }
            }.map { Leftover(kind: "vm", id: $0.vm.id, isProven: false) }
        }
    }
}
