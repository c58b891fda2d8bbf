import Foundation
import Testing

@testable import Providers

@Suite("RetryPolicy — Retry-After")
struct RetryPolicyTests {
    private func pause(_ headers: [String: String]) -> Duration? {
        RetryPolicy.retryAfter(
            HTTPResponse(status: 429, headers: headers, body: []),
            now: Date(timeIntervalSince1970: 784_111_770))
    }

    @Test("seconds, an hour at most and never less than none")
    func seconds() {
        #expect(pause(["retry-after": "2"]) == .seconds(2))
        #expect(pause(["retry-after": "-5"]) == .zero)
        #expect(pause(["retry-after": "99999999"]) == .seconds(3600))
    }

    @Test("a date, by the server's own clock where it tells")
    func date() {
        // RFC 9110 §5.6.7's example is 784111777.
        #expect(pause(["retry-after": "Sun, 06 Nov 1994 08:49:37 GMT"]) == .seconds(7))
        #expect(
            pause([
                "retry-after": "Sun, 06 Nov 1994 08:49:37 GMT", "date": "Sun, 06 Nov 1994 08:49:34 GMT",
            ]) == .seconds(3))
        #expect(pause(["retry-after": "Sun, 06 Nov 1994 08:00:00 GMT"]) == .zero)
    }

    @Test("neither counts as absent", arguments: ["", "soon", "1.5", "Sun, 06 Nov", "99999999999999999999"])
    func nonsense(_ text: String) {
        #expect(pause(["retry-after": text]) == nil)
        #expect(pause([:]) == nil)
    }
}
