import Foundation
import Synchronization
import TestSupport
import Testing
import Vocabulary

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

    /// Answers in their order, the last one for ever; counts.
    private final class Answering: HTTPClient {
        private let state: Mutex<(left: [HTTPResponse], count: Int)>

        init(_ answers: [HTTPResponse]) { state = Mutex((answers, 0)) }

        var count: Int { state.withLock { $0.count } }

        func send(_ request: HTTPRequest) async throws -> HTTPResponse {
            state.withLock { state in
                state.count += 1
                return state.left.count > 1 ? state.left.removeFirst() : state.left[0]
            }
        }
    }

    @Test(
        "passing trouble: what is idempotent is asked again, what creates something is not",
        arguments: [408, 425, 500, 502, 503, 504, 520, 524, 530],
        ["GET", "PUT", "DELETE", "HEAD", "POST", "PATCH"])
    func passing(status: Int, method: String) async throws {
        let http = Answering([
            HTTPResponse(status: status, headers: ["retry-after": "0"], body: []),
            HTTPResponse(status: 200, headers: [:], body: []),
        ])
        let request = HTTPRequest(method, "http://127.0.0.1:1/x", timeout: .seconds(30), purpose: "test")
        let response = try await RetryPolicy(clock: ImpatientClock(pauses: 10)).send(request, by: http)
        let isRepeated = !["POST", "PATCH"].contains(method)
        #expect(response.status == (isRepeated ? 200 : status) && http.count == (isRepeated ? 2 : 1))
    }

    @Test("429 promises that nothing was done: anything is asked again", arguments: ["GET", "POST"])
    func tooMany(method: String) async throws {
        let http = Answering([
            HTTPResponse(status: 429, headers: [:], body: []),
            HTTPResponse(status: 201, headers: [:], body: []),
        ])
        let request = HTTPRequest(method, "http://127.0.0.1:1/x", timeout: .seconds(30), purpose: "test")
        #expect(
            try await RetryPolicy(clock: ImpatientClock(pauses: 10)).send(request, by: http).status == 201)
    }

    @Test("a second 500 is meant, and so is one that says all", arguments: [(false, 2), (true, 1)])
    func failed(isFinal: Bool, requests: Int) async throws {
        let http = Answering([HTTPResponse(status: 500, headers: [:], body: [])])
        let request = HTTPRequest("DELETE", "http://127.0.0.1:1/x", timeout: .seconds(30), purpose: "test")
        let response = try await RetryPolicy(clock: ImpatientClock(pauses: 10)).send(request, by: http) { _ in
            isFinal
        }
        #expect(response.status == 500 && http.count == requests)
    }

    @Test("a pause that exceeds the request's timeout is not begun: the refusal is returned")
    func tooLong() async throws {
        let http = Answering([HTTPResponse(status: 429, headers: ["retry-after": "60"], body: [])])
        let policy = RetryPolicy(clock: ContinuousClock())
        let request = HTTPRequest("GET", "http://127.0.0.1/x", timeout: .seconds(30), purpose: "look")
        let start = ContinuousClock.now
        let response = try await policy.send(request, by: http)
        #expect(response.status == 429 && http.count == 1)
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    /// No connection, each time.
    private final class Unconnected: HTTPClient {
        private let asked = Mutex(0)
        var count: Int { asked.withLock { $0 } }

        func send(_ request: HTTPRequest) async throws -> HTTPResponse {
            asked.withLock { $0 += 1 }
            throw HTTPFailure(
                request,
                .transport("no connection within \(request.timeout.inSeconds)", mayHaveArrived: false))
        }
    }

    /// A limit that runs out as soon as a pause has begun, which itself never ends.
    private final class LimitInPause: Clock {
        typealias Instant = ContinuousClock.Instant
        private let (begun, begin) = AsyncStream<Void>.makeStream()
        var now: Instant { ContinuousClock().now }
        var minimumResolution: Duration { ContinuousClock().minimumResolution }

        func sleep(until deadline: Instant, tolerance: Duration?) async throws {
            if now.duration(to: deadline) > .seconds(3000) {
                for await _ in begun { return }
            } else {
                begin.yield()
                for await _ in AsyncStream<Void>.makeStream().stream {}
            }
            throw CancellationError()
        }
    }

    @Test("where the limit runs out during a pause, the refusal before it is what is told")
    func limitInPause() async throws {
        let http = Answering([HTTPResponse(status: 429, headers: ["retry-after": "60"], body: [])])
        let request = HTTPRequest("POST", "http://127.0.0.1/x", timeout: .seconds(3600), purpose: "create")
        let response = try await RetryPolicy(clock: LimitInPause()).send(request, by: http)
        #expect(response.status == 429 && http.count == 1)
    }

    /// Refuses once, and notes how much time each attempt has.
    private final class Timing: HTTPClient {
        private let limits = Mutex<[Duration]>([])
        var seen: [Duration] { limits.withLock { $0 } }

        func send(_ request: HTTPRequest) async throws -> HTTPResponse {
            let number = limits.withLock { limits in
                limits.append(request.timeout)
                return limits.count
            }
            return HTTPResponse(status: number == 1 ? 429 : 200, headers: [:], body: [])
        }
    }

    @Test("a later attempt has the time that is left")
    func timeLeft() async throws {
        let http = Timing()
        let request = HTTPRequest("POST", "http://127.0.0.1/x", timeout: .seconds(30), purpose: "create")
        _ = try await RetryPolicy(clock: ImpatientClock(pauses: 10)).send(request, by: http)
        #expect(http.seen.count == 2 && http.seen[0] == .seconds(30) && http.seen[1] < .seconds(30))
    }

    @Test("an attempt without time left is not made: why there was no connection is told as it was")
    func noTimeLeft() async throws {
        let http = Unconnected()
        let request = HTTPRequest(
            "POST", "http://127.0.0.1/x", timeout: .milliseconds(1), purpose: "create")
        let failure = await #expect(throws: HTTPFailure.self) {
            // Nobody moves this clock: only the time that is left ends it.
            try await RetryPolicy(clock: ManualClock(), jitter: { 0 }).send(request, by: http)
        }
        #expect(failure?.cause == "no connection within 1ms" && failure?.hadNoEffect == true)
        #expect(http.count == 1)
    }

    /// A first answer of 429, then a request that hangs.
    private final class Hanging: HTTPClient {
        private let count = Mutex(0)

        func send(_ request: HTTPRequest) async throws -> HTTPResponse {
            let number = count.withLock { count in
                count += 1
                return count
            }
            if number == 1 { return HTTPResponse(status: 429, headers: ["retry-after": "0"], body: []) }
            for await _ in AsyncStream<Void>.makeStream().stream {}
            throw CancellationError()
        }
    }

    @Test("a timeout during a retry is a timeout, not the refusal before it")
    func hangingRepetition() async throws {
        let request = HTTPRequest("POST", "http://127.0.0.1/x", timeout: .seconds(1), purpose: "create")
        let policy = RetryPolicy(clock: ContinuousClock(), jitter: { 0 })
        let failure = await #expect(throws: HTTPFailure.self) {
            try await policy.send(request, by: Hanging())
        }
        #expect(failure?.reason == .timeout(.seconds(1)) && failure?.hadNoEffect == false)
    }

    @Test("a POST is not resent after a 503 with an unreadable Retry-After")
    func unreadableRetryAfter() async throws {
        let http = Answering([
            HTTPResponse(status: 503, headers: ["retry-after": "99999999999999999999999"], body: [])
        ])
        let request = HTTPRequest("POST", "http://127.0.0.1/x", timeout: .seconds(30), purpose: "create")
        let response = try await RetryPolicy(clock: ImpatientClock(pauses: 10)).send(request, by: http)
        #expect(response.status == 503 && http.count == 1)
    }

    @Test("retries after Retry-After: 0 are still paced")
    func atOnce() async throws {
        let http = Answering([HTTPResponse(status: 429, headers: ["retry-after": "0"], body: [])])
        let clock = ImpatientClock(pauses: 12)
        let request = HTTPRequest("GET", "http://127.0.0.1/x", timeout: .seconds(3600), purpose: "look")
        await #expect(throws: (any Error).self) {
            try await RetryPolicy(clock: clock, jitter: { 0.5 }).send(request, by: http)
        }
        #expect(http.count <= 13, "every retry comes after a pause")
    }
}
