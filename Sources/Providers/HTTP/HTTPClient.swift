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
    /// A 2xx answer read as JSON.
    ///
    /// - Throws: `HTTPFailure`; a missing or wrong field is named.
    package func json<Value: Decodable>(_ type: Value.Type, for request: HTTPRequest) async throws -> Value {
        try read(type, from: await successful(request), for: request)
    }

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
                    body: HTTPFailure.excerpt(response.body)))
        }
    }

    /// A 2xx answer.
    package func successful(_ request: HTTPRequest) async throws -> HTTPResponse {
        let response = try await send(request)
        guard response.isSuccess else { throw HTTPFailure(request, status: response) }
        return response
    }
}
