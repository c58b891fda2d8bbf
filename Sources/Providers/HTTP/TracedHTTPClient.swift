import Vocabulary

/// Tells every exchange with an HTTP server: in the trace with what went over the wire, and where that is wanted as events.
package struct TracedHTTPClient: HTTPClient {
    private let inner: any HTTPClient
    private let log: EventLog
    private let clock: any Clock<Duration>
    private let emitsEvents: Bool

    /// - Parameter emitsEvents: every exchange is an event of the run.
    package init(inner: any HTTPClient, log: EventLog, clock: any Clock<Duration>, emitsEvents: Bool) {
        (self.inner, self.log, self.clock, self.emitsEvents) = (inner, log, clock, emitsEvents)
    }

    package func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let body = String(decoding: request.body ?? [], as: UTF8.self)
        let number = log.trace.add(
            .http,
            "→ \(request.method) \(request.url)\(body.isEmpty ? "" : "  \(TraceEntry.size(body.utf8.count))")",
            fields: request.headers.map { ($0.name, Self.shown($0.value, of: $0.name)) }, body: body,
            isOpen: true)
        var result: Result<HTTPResponse, any Error> = .failure(CancellationError())
        let elapsed = await clock.elapsed {
            do {
                result = .success(try await inner.send(request))
            } catch { result = .failure(error) }
        }
        let ms = elapsed.wholeMilliseconds
        switch result {
        case .success(let response):
            log.trace.add(
                .http, "← \(response.status)  \(ms) ms  \(TraceEntry.size(response.body.count))",
                number: number,
                fields: response.headers.sorted { $0.key < $1.key }
                    .map { ($0.key, Self.shown($0.value, of: $0.key)) }, body: response.text)
            if emitsEvents { log.emit(.http(request, status: response.status, failed: nil, ms: ms)) }
        case .failure(let error):
            let why = error is CancellationError ? "cancelled" : Failure(error).message
            log.trace.add(.http, "✗ \(why)  \(ms) ms", number: number)
            if emitsEvents { log.emit(.http(request, status: nil, failed: why, ms: ms)) }
        }
        return try result.get()
    }

    private static let secretHeaders: Set<String> = [
        "authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key",
    ]

    /// What proves who we are is never shown, known as a secret or not.
    private static func shown(_ value: String, of name: String) -> String {
        secretHeaders.contains(name.lowercased()) ? Masking.replacement : value
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
