import Foundation
import Vocabulary

/// Answers from a cassette. What creates, changes or removes something is sent on to the mock of the control plane as well, so that the
/// agent that the answer speaks of lives, with the keys of this run.
package struct ReplayingHTTPClient: HTTPClient {
    private let inner: any HTTPClient
    private let tape: CassetteTape
    private let isMock: @Sendable (String) -> Bool
    private let ids = LiveIDs()

    /// - Parameters:
    ///   - inner: reaches the mocks.
    ///   - isMock: whether an address is that of a mock in this process: nothing is sent anywhere else.
    package init(inner: any HTTPClient, tape: CassetteTape, isMock: @escaping @Sendable (String) -> Bool) {
        (self.inner, self.tape, self.isMock) = (inner, tape, isMock)
    }

    package func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let body = request.body.map { String(decoding: $0, as: UTF8.self) }
        let exchange = try await tape.exchange(for: request.method, request.url.withoutServer, body)
        guard let status = exchange.status else {
            throw HTTPFailure(request, .transport(exchange.failed ?? "no answer", mayHaveArrived: true))
        }
        var live: String?
        if !["GET", "HEAD"].contains(request.method), (200..<300).contains(status), isMock(request.url) {
            live = try? await inner.send(ids.translated(request)).text
        }
        let answer = await tape.answer(of: exchange, live: live)
        ids.learn(recorded: answer, live: live)
        var headers: [String: String] = [:]
        for (name, value) in exchange.headers { headers[name] = await tape.filled(value) }
        return HTTPResponse(status: status, headers: headers, body: Array(answer.utf8))
    }
}
