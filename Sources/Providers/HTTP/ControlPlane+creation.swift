import AgentCore
import Foundation
import Vocabulary

/// One resource to create.
struct Creation: Sendable {
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
    var accepts: @Sendable (String) -> Bool = { _ in true }
    /// The failure as a sentence.
    var message: @Sendable (HTTPFailure) -> String = { $0.description }
    /// The provider that creates it: looks for what an unclear answer has left, and removes what is of no use.
    var provider: any Provider
}

/// Rules for creations that hold for every provider.
extension ControlPlane {
    private static let followUpPause: Duration = .seconds(2)
    /// How long an unclear creation is followed up, beside what the questions take.
    static let usualFollowUp: Duration = .seconds(30)

    /// Creates one resource, with its intent in the ledger before the request is sent.
    ///
    /// A refusal that certainly had no effect closes the intent. After an unclear outcome (a timeout, a broken
    /// connection, a 500) the control plane is asked what is there: what is provably ours is the answer. What an
    /// unusable answer names is removed again. Where neither helps, the intent stays open for `agent sweep`, the
    /// hints say where to look, and the failure is not retryable.
    ///
    /// - Parameter missing: the member without which an answer is of no use, if it lacks it.
    func create<Answer: ResourceAnswer>(
        _ creation: Creation, _ body: some Encodable, as type: Answer.Type = Answer.self,
        ledger: ResourceRecorder, missing: (Answer) -> String? = { _ in nil }
    ) async throws -> Answer {
        try await ledger.willCreate(creation.kind, marks: creation.marks, within: timeouts.create)
        let request = try postRequest(creation.path, body, purpose: creation.purpose)
        var named: String?
        do {
            return try await perform(request) { response in
                named = id(in: response, creation)
                let answer = try decode(type, from: response, for: request)
                guard named != nil else {
                    throw HTTPFailure(
                        request,
                        .unusable("the \"id\" in the answer is not a usable id", body: text.value(answer.id)))
                }
                if let member = missing(answer) {
                    throw HTTPFailure(
                        request,
                        .unusable(
                            "the answer is not what was expected: \"\(member)\" is missing",
                            body: text.outline(response.body)))
                }
                return answer
            }
        } catch let failure as HTTPFailure {
            if failure.hadNoEffect { throw try await refused(creation, failure, ledger) }
            if let named { throw try await discarded(named, creation, failure, ledger) }
            return try await followUp(creation, failure, ledger)
        }
    }

    /// The usable id that an answer names, whatever else is wrong with it.
    private func id(in response: HTTPResponse, _ creation: Creation) -> String? {
        struct Named: Decodable { let id: String }
        guard let id = try? JSONDecoder().decode(Named.self, from: Data(response.body)).id,
            text.isUsableID(id), creation.accepts(id)
        else { return nil }
        return id
    }

    private func refused(_ creation: Creation, _ failure: HTTPFailure, _ ledger: ResourceRecorder)
        async throws
        -> ProviderError
    {
        try await ledger.isGone(creation.kind, id: nil)
        return ProviderError(
            failure.code, creation.message(failure), hints: failure.hints, isRetryable: failure.isRetryable)
    }

    /// Removes what an answer of no use has named.
    private func discarded(
        _ id: String, _ creation: Creation, _ failure: HTTPFailure, _ ledger: ResourceRecorder
    ) async throws -> ProviderError {
        let resource = ProviderResource(kind: creation.kind, id: id)
        let title = "\(creation.noun ?? creation.kind) \(id)"
        try? await ledger.didCreate(creation.kind, id: id)
        guard creation.provider.canRemove else {
            return ProviderError(
                failure.code, creation.message(failure),
                hints: ["\(title) is left: \(creation.provider.manualRemoval(of: resource))"] + failure.hints,
                isRetryable: false)
        }
        do {
            try await creation.provider.remove(resource)
        } catch {
            let removal = Failure(error)
            return ProviderError(
                .leak, creation.message(failure),
                hints: ["\(title) is left behind: \(removal.message)"] + removal.hints)
        }
        try await ledger.isGone(creation.kind, id: id)
        return ProviderError(
            failure.code, creation.message(failure), hints: ["\(title) was removed again"] + failure.hints,
            isRetryable: false)
    }

    /// Looks for what a creation of unknown outcome has made.
    private func followUp<Answer: ResourceAnswer>(
        _ creation: Creation, _ failure: HTTPFailure, _ ledger: ResourceRecorder
    ) async throws -> Answer {
        let noun = creation.noun ?? creation.kind
        var candidates: [ProviderResource] = []
        var isAnswered = false
        if let (intent, known) = await ledger.intent(creation.kind) {
            let tries = max(1, Int(timeouts.followUp / Self.followUpPause))
            for attempt in 1...tries {
                // Whoever cannot be asked now is asked by `agent sweep` later.
                guard let found = try? await creation.provider.findLeftovers(of: intent, known: known) else {
                    break
                }
                isAnswered = true
                if let ours = found.first(where: \.isProven)?.resource {
                    if let answer: Answer = try? await find(
                        ours, at: "\(creation.path)/\(ours.id)", purpose: "look up \(noun) \(ours.id)")
                    {
                        return answer
                    }
                    throw try await discarded(ours.id, creation, failure, ledger)
                }
                candidates = found.map(\.resource)
                // A server that has answered makes nothing any more, and a guess does not get better.
                guard failure.leavesServerAtWork, creation.provider.provesLeftovers,
                    attempt < tries,
                    (try? await clock.sleep(for: Self.followUpPause)) != nil
                else { break }
            }
        }
        if isAnswered, candidates.isEmpty, failure.isOwnFailure {
            throw try await refused(creation, failure, ledger)
        }
        throw ProviderError(
            failure.code, creation.message(failure),
            hints: candidates.map {
                "this \(noun) may have come from it: \($0.id); remove it with: \(creation.provider.manualRemoval(of: $0))"
            } + [
                "the \(noun) may have been created anyway; check with: \(creation.inspection)",
                "pikachat agent sweep looks for it later",
            ] + failure.hints, isRetryable: false)
    }
}
