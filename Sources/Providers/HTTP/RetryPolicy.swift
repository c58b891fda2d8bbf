import Foundation
import Nostr
import Vocabulary

/// Retries requests where that is safe: any request after a 429, which promises that nothing was done, and any
/// that cannot have arrived; idempotent ones (`HTTPRequest.isIdempotent`) after passing trouble as well. A 503
/// with Retry-After promises nothing: it may follow a creation that was carried out.
package struct RetryPolicy: Sendable {
    private let schedule = RetrySchedule(first: .milliseconds(250), longest: .seconds(2))
    /// Attempts when there is no answer. After an answer that asks for patience they go on until the request's
    /// timeout.
    private let transportTries = 3
    /// Attempts when a server says that it failed: once is an accident.
    private let failedTries = 2
    /// What the attempts have beyond the request's timeout, so that the one that runs out can say how far it got.
    private let grace: Duration = .milliseconds(500)
    private let clock: any Clock<Duration>
    private let jitter: @Sendable () -> Double

    /// - Parameter jitter: 0 to 1; keeps many clients from retrying at the same moment.
    package init(
        clock: any Clock<Duration>, jitter: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.clock = clock
        self.jitter = jitter
    }

    /// The first answer that is not to be retried or, if the request's timeout leaves no room for another
    /// attempt, the last one.
    ///
    /// - Parameter isFinal: whether an answer says all there is to say, whatever its status.
    /// - Throws: `HTTPFailure` when there is no answer at all.
    package func send(
        _ request: HTTPRequest, by http: any HTTPClient,
        isFinal: @escaping @Sendable (HTTPResponse) -> Bool = { _ in false }
    ) async throws -> HTTPResponse {
        let refusal = LastRefusal()
        let start = ContinuousClock.now
        do {
            return try await withDeadline(request.timeout + grace, clock: clock) {
                var (failures, broken, failed) = (0, 0, 0)
                while true {
                    let pause: Duration
                    do {
                        // A timeout from here on belongs to this attempt, which may have arrived.
                        await refusal.set(nil)
                        var attempt = request
                        if failures > 0 {
                            attempt.timeout = max(.milliseconds(1), request.timeout - (.now - start))
                        }
                        let response = try await http.send(attempt)
                        if response.status == 500 { failed += 1 }
                        guard Self.mayRetry(request, after: response), failed < failedTries,
                            !isFinal(response)
                        else { return response }
                        failures += 1
                        await refusal.set(response)
                        // An overloaded server may send "Retry-After: 0"; our own backoff still applies.
                        pause = max(
                            Self.retryAfter(response) ?? .zero,
                            schedule.delay(afterFailures: failures, jitter: jitter()))
                    } catch let failure as HTTPFailure {
                        failures += 1
                        broken += 1
                        if case .timeout = failure.reason {
                            throw HTTPFailure(request, .timeout(request.timeout))
                        }
                        guard case .transport(_, let mayHaveArrived) = failure.reason,
                            broken < transportTries, !mayHaveArrived || request.isIdempotent
                        else { throw failure }
                        pause = schedule.delay(afterFailures: failures, jitter: jitter())
                        // An attempt without time would only hide why there was no answer.
                        guard pause < request.timeout - (.now - start) else { throw failure }
                    }
                    // Waiting is pointless if it takes longer than the whole request may.
                    if pause >= request.timeout, let response = await refusal.response { return response }
                    try await clock.sleep(for: pause)
                }
            }
        } catch is DeadlineExceeded {
            guard let response = await refusal.response else {
                throw HTTPFailure(request, .timeout(request.timeout))
            }
            return response
        }
    }

    private static func mayRetry(_ request: HTTPRequest, after response: HTTPResponse) -> Bool {
        response.status == 429 || request.isIdempotent && HTTPResponse.isPassing(response.status)
    }

    /// `Retry-After` (RFC 9110 §10.2.3), at most one hour: seconds, or a date, which is relative to the
    /// server's own `Date` if there is one. Anything else counts as absent.
    static func retryAfter(_ response: HTTPResponse, now: Date = Date()) -> Duration? {
        guard let text = response.headers["retry-after"] else { return nil }
        if let seconds = Int(text) { return .seconds(min(max(seconds, 0), 3600)) }
        guard let date = httpDate(text) else { return nil }
        let start = response.headers["date"].flatMap(httpDate) ?? now
        return .seconds(min(max(date.timeIntervalSince(start), 0), 3600))
    }

    /// IMF-fixdate (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func httpDate(_ text: String) -> Date? {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "GMT")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return format.date(from: text)
    }

    private actor LastRefusal {
        private(set) var response: HTTPResponse?
        func set(_ response: HTTPResponse?) { self.response = response }
    }
}
