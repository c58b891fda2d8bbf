import Foundation
import Nostr

/// Repeats requests where that is safe: after 429, and 503 with Retry-After, which promise that nothing was done; after a bare 503
/// or a broken connection only GET and DELETE, and anything that cannot have arrived.
package struct RetryPolicy: Sendable {
    private let schedule = RetrySchedule(first: .milliseconds(250), longest: .seconds(2))
    /// Tries after a transport failure; an answer of 429 or 503 is waited out up to the request's own timeout.
    private let transportTries = 3
    private let clock: any Clock<Duration>
    private let jitter: @Sendable () -> Double

    /// - Parameter jitter: 0 to 1, so that many clients do not come back at the same moment.
    package init(
        clock: any Clock<Duration>, jitter: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.clock = clock
        self.jitter = jitter
    }

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
                        // From here on a time-out is one of this try, which may have arrived.
                        await last.set(nil)
                        let response = try await http.send(request)
                        guard Self.mayRepeat(request, after: response) else { return response }
                        failures += 1
                        await last.set(HTTPFailure(request, status: response))
                        // Never without a pause of our own: "at once" is what an overloaded server says by mistake.
                        pause = max(
                            Self.retryAfter(response) ?? .zero,
                            schedule.delay(afterFailures: failures, jitter: jitter()))
                    } catch let failure as HTTPFailure {
                        failures += 1
                        guard case .transport(_, let mayHaveArrived) = failure.reason,
                            failures < transportTries,
                            !mayHaveArrived || ["GET", "DELETE"].contains(request.method)
                        else { throw failure }
                        pause = schedule.delay(afterFailures: failures, jitter: jitter())
                    }
                    // Told to wait longer than there is time: no use in waiting.
                    if pause >= request.timeout, let refusal = await last.failure { throw refusal }
                    try await clock.sleep(for: pause)
                }
            }
        } catch let exceeded as DeadlineExceeded {
            throw await last.failure ?? HTTPFailure(request, .timeout(exceeded.limit))
        }
    }

    private static func mayRepeat(_ request: HTTPRequest, after response: HTTPResponse) -> Bool {
        switch response.status {
        case 429: true
        // A gateway says it, too, when the server behind it is at work.
        case 503: ["GET", "DELETE"].contains(request.method) || retryAfter(response) != nil
        default: false
        }
    }

    /// `Retry-After` (RFC 9110 §10.2.3): seconds, or a date, measured by the server's own `Date` where it gives one. An hour at
    /// most; what is neither counts as absent.
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

    private actor LastFailure {
        private(set) var failure: HTTPFailure?
        func set(_ failure: HTTPFailure?) { self.failure = failure }
    }
}
