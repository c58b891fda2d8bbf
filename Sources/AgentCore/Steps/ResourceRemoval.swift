import Vocabulary

/// Removes what belongs to an agent, in its order.
struct ResourceRemoval: Sendable {
    let provider: any Provider
    let recorder: ResourceRecorder?

    /// A ledger that cannot be written does not stop it: what is removed is removed, and a later look finds it gone.
    ///
    /// - Returns: what the ledger could not record.
    /// - Throws: what the provider reports, with what was removed before.
    func run(_ resources: [ProviderResource]) async throws -> [String] {
        var removed: [String] = []
        var notes: [String] = []
        for resource in resources {
            do {
                try await provider.remove(resource)
            } catch  where !removed.isEmpty && !(error is CancellationError) {
                var failure = Failure(error)
                failure.message =
                    "removed \(removed.joined(separator: ", ")), but not \(resource.kind) \(resource.id): \(failure.message)"
                throw failure
            }
            let title = "\(resource.kind) \(resource.id)"
            removed.append(title)
            do {
                try await recorder?.isGone(resource.kind, id: resource.id)
            } catch {
                notes.append("\(title) is removed, but the ledger could not record it: \(error)")
            }
        }
        return notes
    }
}
