import Synchronization
import Testing

@testable import Vocabulary

@Suite("what went over the wire")
struct TraceBookTests {
    private final class Shown: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    private func log(_ time: Int64 = 0) -> (EventLog, Shown) {
        let (log, shown) = (EventLog { time }, Shown())
        log.listen { shown.add($0.event.text) }
        return (log, shown)
    }

    @Test("what belongs together has one number, and is shown where its channel is on")
    func numbers() {
        let (log, shown) = log()
        let first = log.trace.add(.http, "→ GET /", isOpen: true)
        log.trace.set(.http, .on)
        log.trace.add(.http, "← 200", number: first, body: "hidden")
        log.trace.add(.relay, "→ REQ")
        #expect(shown.all == ["← 200  #1"] && log.trace.nextNumber == 3)
        #expect(log.trace.entries(number: 1).map(\.line) == ["→ GET /", "← 200"])
        #expect(log.trace.latest(5, of: [.relay]).map(\.number) == [2])
        log.trace.set(.http, .full)
        log.trace.add(.http, "← 500", number: first, fields: [("a", "b\u{1b}[2J")], body: "line\nother")
        #expect(shown.all.last == "← 500  #1\n    a: b␛[2J\n    line\n    other")
    }

    @Test("what waits for an answer is known until it is there")
    func unanswered() {
        let (log, _) = log()
        let number = log.trace.add(.http, "→ POST /vms", isOpen: true)
        #expect(log.trace.unanswered(in: .http).map(\.line) == ["→ POST /vms"])
        #expect(log.trace.unanswered(in: .relay).isEmpty)
        log.trace.add(.http, "✗ refused", number: number)
        #expect(log.trace.unanswered(in: .http).isEmpty)
    }

    @Test("ids lead to what was about them last, and to all that was")
    func ids() {
        let (log, _) = log()
        let event = log.trace.add(.relay, "→ EVENT", ids: ["abcdef01"])
        log.trace.add(.relay, "← OK", number: event)
        log.trace.add(.mls, "← message", ids: ["abcdef01"])
        #expect(log.trace.latest(of: "abcdef01")?.number == 2 && log.trace.latest(of: "other") == nil)
        #expect(log.trace.entries(idPrefix: "abcd").map(\.line) == ["→ EVENT", "← message"])
    }

    @Test("bodies and entries are bounded; a secret that the cut goes through does not show")
    func bounds() {
        let (log, shown) = log()
        log.masking.add("topsecretvalue")
        log.trace.set(.http, .full)
        let body =
            String(repeating: "x", count: (64 << 10) - 5) + "topsecretvalue"
            + String(repeating: "y", count: 1 << 20)
        let number = log.trace.add(.http, "← 200", body: body)
        let kept = log.trace.entries(number: number)[0]
        #expect(kept.body.utf8.count <= 64 << 10 && kept.bodyBytes == body.utf8.count)
        #expect(!kept.body.contains("topse") && shown.all.last?.hasSuffix("… 8.2 kB of 1.1 MB") ?? false)
        for index in 0..<9000 { log.trace.add(.relay, "\(index)", ids: ["id\(index)"]) }
        let left = log.trace.latest(10_000, of: Set(TraceChannel.allCases))
        #expect(left.count <= 4000 && left.last?.line == "8999")
        #expect(log.trace.latest(of: "id0") == nil && log.trace.latest(of: "id8999") != nil)
        for _ in 0..<400 { log.trace.add(.http, "big", body: String(repeating: "z", count: 64 << 10)) }
        #expect(log.trace.latest(10_000, of: [.http]).reduce(0) { $0 + $1.body.utf8.count } <= 16 << 20)
    }
}
