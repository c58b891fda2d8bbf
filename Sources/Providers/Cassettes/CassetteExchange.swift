/// One request and what came of it, as a cassette keeps it: a JSON object on a line.
package struct CassetteExchange: Codable, Equatable, Sendable {
    /// Counted from 1.
    package var number: Int
    /// Milliseconds from the start of the recording to the request.
    package var at: Int
    /// Milliseconds until the answer.
    package var ms: Int
    package var method: String
    /// With the query.
    package var path: String
    /// Nil for a request without one.
    package var request: String?
    /// Nil when no answer came; then `failed` says why.
    package var status: Int?
    package var failed: String?
    /// Those that mean something to a client: content-type, retry-after, location.
    package var headers: [String: String]
    package var answer: String

    package static let keptHeaders: Set<String> = ["content-type", "retry-after", "location"]
}
