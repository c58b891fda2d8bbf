import Foundation
import Vocabulary

/// A request that failed: what it attempted, where, how far it got, and what to do next.
package struct HTTPFailure: FailureConvertible, Equatable, CustomStringConvertible {
    package enum Reason: Equatable, Sendable {
        /// No answer: connection refused, unknown host, TLS. `mayHaveArrived` if the request may have reached
        /// the server.
        case transport(String, mayHaveArrived: Bool)
        case timeout(Duration)
        /// An answer with an error status; `refusal` is the text of one that has the form which the contract
        /// prescribes, `{"error":"text"}`: the control plane itself has answered, and not a proxy before it.
        case status(Int, body: String, refusal: String?)
        /// An answer that violates the contract.
        case unusable(String, body: String)
    }

    package let purpose: String
    package let method: String
    package let url: String
    package let reason: Reason
    /// Advice from the provider.
    package private(set) var hints: [String] = []

    package init(_ request: HTTPRequest, _ reason: Reason) {
        purpose = request.purpose
        method = request.method
        url = request.url
        self.reason = reason
    }

    /// An answer with an error status.
    package init(_ request: HTTPRequest, status response: HTTPResponse, text: ServerText) {
        struct Refusal: Decodable { let error: String }
        let refusal = try? JSONDecoder().decode(Refusal.self, from: Data(response.body))
        let place = (300..<400).contains(response.status) ? response.headers["location"] : nil
        self.init(
            request,
            .status(
                response.status,
                body: place.map {
                    "redirects to \(Self.address($0, text)), which is not followed: is that the right address?"
                }
                    ?? text.excerpt(response.body),
                refusal: refusal.map { text.excerpt(Array($0.error.utf8)) }))
    }

    /// Where a redirect leads, without what may be a credential.
    private static func address(_ location: String, _ text: ServerText) -> String {
        guard var parts = URLComponents(string: location) else { return "an address that is none" }
        (parts.user, parts.password, parts.query, parts.fragment) = (nil, nil, nil, nil)
        return text.value(parts.string ?? "")
    }

    /// The same failure with `hints`.
    func advised(by hints: [String]) -> HTTPFailure {
        var advised = self
        advised.hints = hints
        return advised
    }

    /// The cause alone, for sentences that already say what was attempted.
    package var cause: String {
        switch reason {
        case .transport(let why, _): why
        case .timeout(let limit): "no answer within \(limit.inSeconds)"
        case .status(let status, let body, _):
            ["\(status)", ReasonPhrase.of(status), body].filter { !$0.isEmpty }.joined(separator: " ")
        case .unusable(let why, let body): "\(why)" + (body.isEmpty ? "" : " (the answer: \(body))")
        }
    }

    /// Statuses that say that the request was not carried out.
    private static let refusals = Set([301, 302, 307, 308, 451, 501, 505] + (400...431)).subtracting([408])

    /// Whether the request cannot have created anything on the server.
    package var hadNoEffect: Bool {
        switch reason {
        case .transport(_, let mayHaveArrived): !mayHaveArrived
        // A 500 says that something failed, not that nothing was made: a spawner's late step leaves the VM
        // running. A gateway's 502 or 524 says nothing about what the server behind it did, and a 408 only that
        // it took too long.
        // Only what says so proves it: a 303 tells where the result is (RFC 9110 §15.4.4), and a proxy's own number,
        // such as 499, nothing at all.
        case .status(let status, _, _): Self.refusals.contains(status)
        case .timeout, .unusable: false
        }
    }

    package var description: String { "failed to \(purpose): \(cause) [\(method) \(url)]" }

    package var code: FailureCode {
        switch reason {
        case .transport, .timeout: .unreachable
        case .status where isAboutQuota: .quota
        case .status(401, _, _), .status(403, _, _): .auth
        case .status(402, _, _), .status(429, _, _): .quota
        case .status(404, _, _): .protocolError
        case .status(408, _, _), .status(425, _, _), .status(500..., _, _): .unreachable
        case .status, .unusable: .protocolError
        }
    }

    package var failure: Failure {
        Failure(code, description, hints: hints, isRetryable: isRetryable, isSafeToRepeat: hadNoEffect)
    }

    /// Whether the same request may succeed later.
    package var isRetryable: Bool {
        switch reason {
        case .transport, .timeout: true
        case .status(let status, _, _): [408, 425, 429].contains(status) || status >= 500
        case .unusable: false
        }
    }

    /// Whether it is passing trouble: the same request may well succeed in a moment.
    package var isPassing: Bool {
        switch reason {
        case .transport, .timeout: true
        case .status(let status, _, _): HTTPResponse.isPassing(status)
        case .unusable: false
        }
    }

    /// Whether the server itself has answered that it failed: it is not working on the request any more.
    var isOwnFailure: Bool {
        if case .status(500, _, .some) = reason { true } else { false }
    }

    /// Whether the server may still be working on the request: it has not answered, or a gateway has in its place.
    var leavesServerAtWork: Bool {
        switch reason {
        case .transport(_, let mayHaveArrived): mayHaveArrived
        case .timeout: true
        case .status(let status, _, _): status == 408 || status > 501
        case .unusable: false
        }
    }

    /// What the control plane itself said, and with which status.
    var refusal: (status: Int, text: String)? {
        if case .status(let status, _, let text?) = reason { (status, text) } else { nil }
    }

    /// A refusal because of a quota comes with 403 as well, which otherwise means the credentials.
    private var isAboutQuota: Bool {
        guard case .status(let status, let body, _) = reason, (400..<500).contains(status) else {
            return false
        }
        let text = body.lowercased()
        let words = status == 403 ? ["quota", "limit", "billing", "payment", "credit", "trial"] : ["quota"]
        return words.contains(where: text.contains)
    }
}
