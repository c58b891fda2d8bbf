/// Sends HTTP requests; providers know nothing else about HTTP.
package protocol HTTPClient: Sendable {
    /// Every answer is a response, 4xx and 5xx included.
    ///
    /// - Throws: `HTTPFailure` when there is no answer; `CancellationError`.
    func send(_ request: HTTPRequest) async throws -> HTTPResponse
}
