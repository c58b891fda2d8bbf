import AgentCore
import Foundation
import Vocabulary

/// Rules for looking up and removing that hold for every provider.
extension ControlPlane {
    /// Looks up one resource; nil when the control plane itself says that it does not exist.
    func find<Answer: ResourceAnswer>(
        _ resource: ProviderResource, at path: String, as type: Answer.Type = Answer.self, purpose: String
    ) async throws -> Answer? {
        do {
            let answer = try await get(path, as: type, purpose: purpose)
            try check(answer, isAbout: resource.id, resource.kind)
            return answer
        } catch let failure as HTTPFailure where isAbsence(failure, resource) {
            return nil
        }
    }

    /// Checks that an answer is about the resource that was asked for.
    func check(_ answer: some ResourceAnswer, isAbout id: String, _ noun: String) throws {
        guard answer.id != id else { return }
        throw ProviderError(
            .protocolError,
            "asked about \(noun) \(id), but the control plane answered with id \(text.value(answer.id, upTo: 80).debugDescription)"
        )
    }

    /// Rows whose id can be used, of a list that is asked for what may have been created.
    ///
    /// - Parameter leftovers: what of the rows it may be.
    /// - Throws: code `protocol` where nothing is found, but some rows cannot be read: it may be one of those.
    func leftovers<Row>(
        in list: LossyList<Row>, id: (Row) -> String, purpose: String, inspection: String,
        _ leftovers: ([Row]) -> [Leftover]
    ) throws -> [Leftover] {
        let rows = list.rows.filter { text.isUsableID(id($0)) }
        let found = leftovers(rows)
        let odd = list.unreadable + list.rows.count - rows.count
        guard found.isEmpty, odd > 0 else { return found }
        throw ProviderError(
            .protocolError,
            "failed to \(purpose): \(odd) of its rows cannot be read, and what was created may be one of them",
            hints: ["look yourself: \(inspection)"])
    }

    /// Deletes one resource. One that no longer exists counts as deleted.
    ///
    /// - Parameters:
    ///   - manualRemoval: the command that does the same.
    ///   - isPassing: a refusal that ends by itself in a moment.
    ///   - isGone: asked about a refusal that does not: whether the resource is on its way out all the same.
    ///   - message: the failure as a sentence.
    /// - Throws: `ProviderError` with code `leak`.
    func remove(
        _ resource: ProviderResource, at path: String, purpose: String, manualRemoval: String,
        isPassing: (HTTPFailure) -> Bool = { _ in false }, isGone: () async -> Bool = { false },
        message: (HTTPFailure) -> String = { $0.description }
    ) async throws {
        var tries = 1
        while true {
            do {
                return try await delete(path, of: resource, purpose: purpose)
            } catch let failure as HTTPFailure {
                if isAbsence(failure, resource) { return }
                if isPassing(failure), tries < 15 {
                    tries += 1
                    try await clock.sleep(for: .seconds(1))
                    continue
                }
                if await isGone() { return }
                throw ProviderError(
                    .leak, message(failure), hints: failure.hints + ["manual cleanup: \(manualRemoval)"])
            }
        }
    }
}
