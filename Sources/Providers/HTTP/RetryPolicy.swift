import Nostr

/// Repeats requests where that is safe: after 429 and 503, which promise that nothing was done; after a broken connection
/// only GET and DELETE, and anything that cannot have arrived.
package struct RetryPolicy: Sendable {
    private let schedule = RetrySchedule(first: .milliseconds(250), longest: .seconds(2))
    /// Tries after a transport failure; an answer of 429 or 503 is waited out up to the request's own timeout.
    private let transportTries = 3
    private let clock: any Clock<Duration>

    package init(clock: any Clock<Duration>) { self.clock = clock }

    /// The first answer that is neither 429 nor 503, within the request's timeout.
    ///
    /// - Throws: `HTTPFailure`; for a limit that ran out, the last answer's.
    package func send(_ request: HTTPRequest, by http: any HTTPClient) async throws -> HTTPResponse {
        let last = LastFailure()
        do {
            return try await withDeadline(request.timeout, clock: clock) {
                var failures = 0
                while true {
                    let pause: Duration
                    do {
                        let response = try await http.send(request)
                        guard response.status == 429 || response.status == 503 else { return response }
                        failures += 1
                        await last.set(HTTPFailure(request, status: response))
                        pause =
                            Self.retryAfter(response) ?? schedule.delay(afterFailures: failures, jitter: 1)
                    } catch let failure as HTTPFailure {
                        failures += 1
                        guard case .transport(_, let mayHaveArrived) = failure.reason,
                            failures < transportTries,
                            !mayHaveArrived || ["GET", "DELETE"].contains(request.method)
                        else { throw failure }
                        pause = schedule.delay(afterFailures: failures, jitter: 1)
                    }
                    try await clock.sleep(for: pause)
                }
            }
        } catch let exceeded as DeadlineExceeded {
            throw await last.failure ?? HTTPFailure(request, .timeout(exceeded.limit))
        }
    }

    /// `Retry-After` in seconds (RFC 9110 §10.2.3); a date is not understood and counts as absent.
    private static func retryAfter(_ response: HTTPResponse) -> Duration? {
        response.headers["retry-after"].flatMap { Int($0) }.map { .seconds(min(max($0, 0), 3600)) }
    }

    private actor LastFailure {
        private(set) var failure: HTTPFailure?
        func set(_ failure: HTTPFailure) { self.failure = failure }
    }
}
