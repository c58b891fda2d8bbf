import AgentCore
import Foundation
import Nostr

/// Sends requests; the only thing adapters know of HTTP.
package protocol HTTPClient: Sendable {
    /// Any answer is a response, also 4xx and 5xx.
    ///
    /// - Throws: `HTTPFailure` for no answer, `CancellationError`.
    func send(_ request: HTTPRequest) async throws -> HTTPResponse
}

extension HTTPClient {
    /// An answer's body as JSON.
    package func read<Value: Decodable>(
        _ type: Value.Type, from response: HTTPResponse, for request: HTTPRequest
    ) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(response.body))
        } catch let error as DecodingError {
            throw HTTPFailure(
                request,
                .unusable(
                    "the answer is not what was expected: \(EventJSON.describe(error))",
                    body: HTTPFailure.outline(response.body)))
        }
    }
}
