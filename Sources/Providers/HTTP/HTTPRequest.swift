/// One request to a control plane.
package struct HTTPRequest: Sendable {
    package var method: String
    package var url: String
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]?
    /// Limit for the whole exchange.
    package var timeout: Duration
    /// What the request attempts; completes "failed to …" in errors: "create microvm".
    package var purpose: String
    /// Longest body of an answer that is accepted.
    package var answerLimitBytes = HTTPRequest.usualAnswerLimitBytes
    package static let usualAnswerLimitBytes = 8 << 20
    /// Which addresses may be connected to.
    package var reach = NetworkReach.anywhere

    package init(
        _ method: String, _ url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil,
        timeout: Duration, purpose: String
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.purpose = purpose
    }

    /// Whether doing it twice is the same as doing it once (RFC 9110 §9.2.2).
    package var isIdempotent: Bool { ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"].contains(method) }
}
