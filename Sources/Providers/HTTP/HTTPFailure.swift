import AgentCore
import Foundation
import Nostr

/// A request that failed: what was attempted, where, and how far it got.
package struct HTTPFailure: FailureConvertible, Equatable, CustomStringConvertible {
    package enum Reason: Equatable, Sendable {
        /// No answer: refused, unknown host, TLS. `mayHaveArrived` when the request could have reached the server.
        case transport(String, mayHaveArrived: Bool)
        case timeout(Duration)
        /// An answer that says no; `isReasoned` when in the contract's words: `{"error":"text"}`.
        case status(Int, body: String, isReasoned: Bool)
        /// An answer that is not what the contract promises.
        case unusable(String, body: String)
    }

    /// Characters of a body that an error shows.
    static let bodyCharacters = 300

    package let purpose: String
    package let method: String
    package let url: String
    package let reason: Reason

    package init(_ request: HTTPRequest, _ reason: Reason) {
        purpose = request.purpose
        method = request.method
        url = request.url
        self.reason = reason
    }

    package init(_ request: HTTPRequest, status response: HTTPResponse) {
        struct Refusal: Decodable { let error: String }
        let refusal = try? JSONDecoder().decode(Refusal.self, from: Data(response.body))
        self.init(
            request,
            .status(response.status, body: Self.excerpt(response.body), isReasoned: refusal != nil))
    }

    /// One line, whatever the server sent. Where it is cut, the last word goes as a whole: half a secret is none that masking knows.
    package static func excerpt(_ body: [UInt8]) -> String {
        let text = String(decoding: body.prefix(4 * bodyCharacters), as: UTF8.self)
        let oneLine = text.split(whereSeparator: { $0.isWhitespace || $0.isNewline }).joined(separator: " ")
        let clean = oneLine.filter {
            !$0.unicodeScalars.contains { $0.properties.generalCategory == .control }
        }
        let kept = clean.prefix(bodyCharacters)
        guard clean.count > bodyCharacters || body.count > 4 * bodyCharacters else { return clean }
        let whole = kept.reversed().drop { $0.isLetter || $0.isNumber || "-_+/=.".contains($0) }
        return String(whole.reversed()) + "…"
    }

    /// For an answer that should have been good: it may hold what the control plane gives us alone, an SSH key for instance. Of
    /// anything that looks like JSON only the names are told.
    static func outline(_ body: [UInt8]) -> String {
        guard let first = body.first(where: { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }),
            first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        else { return excerpt(body) }
        guard let object = try? JSONDecoder().decode([String: AnyMember].self, from: Data(body)) else {
            return "\(body.count) bytes of JSON"
        }
        return excerpt(Array("members ".utf8) + Array(object.keys.sorted().joined(separator: ", ").utf8))
    }

    /// A member of which only the name counts.
    private struct AnyMember: Decodable {
        init(from decoder: any Decoder) {}
    }

    /// The cause alone, for sentences that already say what was attempted.
    package var cause: String {
        switch reason {
        case .transport(let why, _): why
        case .timeout(let limit): "no answer within \(limit.inSeconds)"
        case .status(let status, let body, _):
            ["\(status)", Self.reasonPhrase(status), body].filter { !$0.isEmpty }.joined(separator: " ")
        case .unusable(let why, let body): "\(why)" + (body.isEmpty ? "" : " (the answer: \(body))")
        }
    }

    /// The server cannot have created anything because of this request.
    package var surelyDidNothing: Bool {
        switch reason {
        case .transport(_, let mayHaveArrived): !mayHaveArrived
        // A gateway's 502 or 524 says nothing about what the server behind it did, and a 408 only that it took too long. A 500 in the
        // control plane's own words is its own refusal.
        case .status(let status, _, let isReasoned):
            switch status {
            case 408: false
            case 500: isReasoned
            case 501, 505: true
            default: status < 500
            }
        case .timeout, .unusable: false
        }
    }

    package var description: String { "failed to \(purpose): \(cause) [\(method) \(url)]" }

    package var code: FailureCode {
        switch reason {
        case .transport, .timeout: .unreachable
        case .status(401, _, _), .status(403, _, _): .auth
        case .status(402, _, _), .status(429, _, _): .quota
        case .status(404, _, _): .protocolError
        case .status(408, _, _), .status(425, _, _), .status(500..., _, _): .unreachable
        case .status, .unusable: .protocolError
        }
    }

    package var failure: Failure { Failure(code, description, canHeal: canHeal) }

    /// Whether repeating the same request later can help.
    package var canHeal: Bool {
        switch reason {
        case .transport, .timeout: true
        case .status(let status, _, _): [408, 425, 429].contains(status) || status >= 500
        case .unusable: false
        }
    }

    /// The control plane says itself that there is no such thing; any other 404 is somebody else's.
    var isUnknownResource: Bool {
        if case .status(404, _, let isReasoned) = reason { isReasoned } else { false }
    }

    static func reasonPhrase(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 204: "No Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 402: "Payment Required"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 412: "Precondition Failed"
        case 422: "Unprocessable Entity"
        case 425: "Too Early"
        case 429: "Too Many Requests"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        default: ""
        }
    }
}
