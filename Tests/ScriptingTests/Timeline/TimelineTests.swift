import Testing
import Vocabulary

@testable import Scripting

@Suite("the timeline")
struct TimelineTests {
    private func event(
        _ name: String, _ time: Int64, _ fields: [String: EventValue], session: String? = "main"
    )
        -> EventRecord
    {
        let log = EventLog { time }
        var found: EventRecord?
        let records = Recorder()
        log.listen { records.add($0) }
        log.emit(LogEvent(name, fields, "\(name) told", role: .record, session: session))
        found = records.all.first
        return found!
    }

    private final class Recorder: Sendable {
        private let log = Box()
        private final class Box: @unchecked Sendable { var all: [EventRecord] = [] }
        var all: [EventRecord] { log.all }
        func add(_ record: EventRecord) { log.all.append(record) }
    }

    private var run: [EventRecord] {
        [
            event(
                "http", 1_500,
                ["method": .text("POST"), "path": .text("/vms"), "status": .number(201), "ms": .number(400)]),
            event(
                "command.done", 2_000,
                [
                    "command": .text("spawn"), "line": .number(3), "ms": .number(1_000), "tries": .number(1),
                    "code": .text(""),
                ]),
            event("relay.down", 2_100, ["relay": .text("ws://a")], session: nil),
            event("echo", 2_200, ["text": .text("x")]),
            event(
                "command.done", 9_000,
                [
                    "command": .text("expect"), "line": .number(4), "ms": .number(500), "tries": .number(3),
                    "code": .text("timeout"),
                ]),
        ]
    }

    @Test("commands with bars, what happened inside of them, and where nothing did")
    func text() {
        let lines = Timeline(events: run).lines(columns: 80)
        #expect(lines.count == 5)
        #expect(lines[0].hasSuffix("s  ████████████████████████") && lines[0].contains("  3: spawn  "))
        #expect(lines[1].contains("            POST /vms → 201 ") && lines[1].contains("400ms"))
        #expect(lines[2] == "            relay.down told")
        #expect(lines[3] == "          (nothing for 6.4s)" || lines[3].contains("(nothing for 6"))
        #expect(lines[4].contains("4: expect (3 tries) timeout") && lines[4].hasSuffix(" ✗"))
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(Timeline(events: run).lines(columns: 40).allSatisfy { $0.count <= 41 })
        #expect(Timeline([]).lines(columns: 80) == ["nothing has happened yet"])
    }

    @Test("the last commands only, with what happened meanwhile")
    func last() {
        #expect(Timeline(events: run).last(1).rows.map(\.kind) == [.command])
        #expect(Timeline(events: run).last(2).rows.count == 4)
        #expect(Timeline(events: run).last(9).rows.count == 4)
    }

    @Test("a journal says the same; a line that was cut off is left out")
    func journal() {
        let text = run.map(\.json).joined(separator: "\n") + "\n{\"event\":\"comm"
        let rows = Timeline(journal: text).rows
        #expect(rows.map(\.kind) == [.command, .http, .moment, .command])
        #expect(rows.map(\.ms) == [1_000, 400, 0, 500] && rows[2].label == "relay.down ws://a")
    }

    @Test("sessions are named where there are several")
    func sessions() {
        let more =
            run + [event("command.done", 10_000, ["command": .text("use"), "ms": .number(1)], session: "b")]
        let lines = Timeline(events: more).lines(columns: 80)
        #expect(
            lines.contains { $0.contains("[main] 3: spawn") } && lines.contains { $0.contains("[b] use") })
    }

    @Test("the page shows text from outside as text")
    func page() {
        let row = TimelineRow(.command, "<script>alert(1)</script>", began: 0, ms: 5)
        let page = Timeline([row]).page(title: "a & b")
        #expect(!page.contains("<script>") && page.contains("&lt;script&gt;") && page.contains("a &amp; b"))
    }
}
