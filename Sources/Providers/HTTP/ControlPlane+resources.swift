import AgentCore
import Vocabulary

/// Rules for resources that hold for every provider.
extension ControlPlane {
    /// One resource to create.
    struct Creation {
        /// Kind in the ledger.
        var kind: String
        /// Kind in messages, where it is spelt differently.
        var noun: String?
        var path: String
        /// Completes "failed to …".
        var purpose: String
        /// What identifies the resource at the control plane if its id never reaches us.
        var marks: [String: String] = [:]
        /// A command that shows whether the resource exists.
        var inspection: String
        /// Whether an id is one that this control plane can have assigned.
        var accepts: (String) -> Bool = { _ in true }
        /// The failure as a sentence.
        var message: (HTTPFailure) -> String = { $0.description }
    }

    /// Creates one resource, with its intent in the ledger before the request is sent.
    ///
    /// A refusal that certainly had no effect closes the intent. After an unclear outcome (a timeout, a
    /// broken connection, an unusable answer) the intent stays open for `agent sweep`, the hints say where to
    /// look, and the failure is not retryable.
    func create<Answer: ResourceAnswer>(
        _ creation: Creation, _ body: some Encodable, as type: Answer.Type = Answer.self,
        ledger: ResourceRecorder
    ) async throws -> Answer {
        try await ledger.willCreate(creation.kind, marks: creation.marks, within: timeouts.create)
        let request = try postRequest(creation.path, body, purpose: creation.purpose)
        do {
            return try await perform(request) { response in
                let answer = try decode(type, from: response, for: request)
                guard text.isUsableID(answer.id), creation.accepts(answer.id) else {
                    throw HTTPFailure(
                        request,
                        .unusable("the \"id\" in the answer is not a usable id", body: text.value(answer.id)))
                }
                return answer
            }
        } catch let failure as HTTPFailure {
            if failure.hadNoEffect {
                try await ledger.isGone(creation.kind, id: nil)
                throw ProviderError(
                    failure.code, creation.message(failure), hints: failure.hints,
                    isRetryable: failure.isRetryable)
            }
            let noun = creation.noun ?? creation.kind
            throw ProviderError(
                failure.code, creation.message(failure),
                hints: [
                    "the \(noun) may have been created anyway; check with: \(creation.inspection)",
                    "pikachat agent sweep looks for it later",
                ] + failure.hints, isRetryable: false)
        }
    }

    /// Looks up one resource; nil when the control plane itself says that it does not exist.
    func find<Answer: ResourceAnswer>(
        _ noun: String, _ id: String, at path: String, as type: Answer.Type = Answer.self, purpose: String
    ) async throws -> Answer? {
        do {
            let answer = try await get(path, as: type, purpose: purpose)
            try check(answer, isAbout: id, noun)
            return answer
        } catch let failure as HTTPFailure where failure.isUnknownResource {
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

    /// Deletes one resource. One that no longer exists counts as deleted.
    ///
    /// - Parameters:
    ///   - manualRemoval: the command that does the same.
    ///   - message: the failure as a sentence.
    /// - Throws: `ProviderError` with code `leak`.
    func remove(
        _ path: String, purpose: String, manualRemoval: String,
        message: (HTTPFailure) -> String = { $0.description }
    ) async throws {
        do {
            try await delete(path, purpose: purpose)
        } catch let failure as HTTPFailure {
            if failure.isUnknownResource { return }
            throw ProviderError(.leak, message(failure), hints: ["manual cleanup: \(manualRemoval)"])
        }
    }
}
