import Vocabulary

/// Tells every exchange with an HTTP server in the event log: what was asked, what came of it, how long it took.
package struct TracedHTTPClient: HTTPClient {
    private let inner: any HTTPClient
    private let log: EventLog
    private let clock: any Clock<Duration>

    package init(inner: any HTTPClient, log: EventLog, clock: any Clock<Duration>) {
        (self.inner, self.log, self.clock) = (inner, log, clock)
    }

    package func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var result: Result<HTTPResponse, any Error> = .failure(CancellationError())
        let elapsed = await clock.elapsed {
            do {
                result = .success(try await inner.send(request))
            } catch { result = .failure(error) }
        }
        let ms = elapsed.wholeMilliseconds
        switch result {
        case .success(let response): log.emit(.http(request, status: response.status, failed: nil, ms: ms))
        case .failure(let error):
            let why = error is CancellationError ? "cancelled" : Failure(error).message
            log.emit(.http(request, status: nil, failed: why, ms: ms))
        }
        return try result.get()
    }
}

extension LogEvent {
    /// - Parameters:
    ///   - status: of the answer; nil when there was none.
    ///   - reason: why there was none.
    fileprivate static func http(_ request: HTTPRequest, status: Int?, failed reason: String?, ms: Int)
        -> LogEvent
    {
        let path = request.url.withoutServer
        return LogEvent(
            "http",
            [
                "method": .text(request.method), "url": .text(request.url), "path": .text(path),
                "purpose": .text(request.purpose), "status": status.map(EventValue.number) ?? .none,
                "failed": EventValue(reason), "ms": .number(ms),
            ], "\(request.method) \(path) → \(status.map(String.init) ?? reason ?? "")", role: .record)
    }
}

extension String {
    /// The path of an address, with what follows it.
    var withoutServer: String {
        guard let scheme = firstRange(of: "://") else { return self }
        let rest = self[scheme.upperBound...]
        return rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? "/"
    }
}
