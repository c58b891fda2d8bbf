import Testing
import Vocabulary

@testable import PikaShell

@Suite("events as text")
struct TextRendererTests {
    private func show(
        _ events: [LogEvent], _ style: TextRenderer.Style = .script, _ level: LogEvent.Level = .info
    ) async throws -> (output: String, error: String) {
        let piped = try PipedTerminal()
        let renderer = TextRenderer(style: style, level: level, terminal: piped.terminal)
        let log = EventLog { 0 }
        log.listen { renderer.render($0) }
        for event in events { log.emit(event) }
        return await piped.finish()
    }

    private let all: [LogEvent.Role] = [
        .answer, .hint, .progress, .heading, .notice, .warning, .failure, .record,
    ]

    @Test("answers on the output, everything else on the error stream, each in its form")
    func roles() async throws {
        let shown = try await show(all.map { LogEvent("e", [:], "text", role: $0) })
        #expect(shown.output == "text\n")
        #expect(shown.error == "hint: text\n  text\n• text\ntext\nwarning: text\ntext\n")
    }

    @Test("the level leaves out what is below it, but never answers and hints")
    func levels() async throws {
        let quiet = try await show(all.map { LogEvent("e", [:], "text", role: $0) }, .script, .error)
        #expect(quiet == ("text\n", "hint: text\ntext\n"))
        let debug = LogEvent("e", [:], "detail", level: .debug)
        #expect(try await show([debug], .script, .info).error == "")
        #expect(try await show([debug], .script, .debug).error == "  detail\n")
        let shown = try await show(
            [LogEvent("e", [:], "text", role: .answer, level: .trace)], .script, .error)
        #expect(shown.output == "text\n")
    }

    @Test("who speaks, by style")
    func speech() async throws {
        let time = ClockText.time(0)
        let events = [
            LogEvent("sent", [:], "hello", role: .sent),
            LogEvent("reply", [:], "one\ntwo", role: .received(from: "pi")),
            LogEvent("reply", [:], "hi", role: .received(from: "somebody")),
        ]
        let heard =
            "\(time) pi     one\n                two\n\(time) somebody  hi\n"
        #expect(try await show(events, .script).output == "\(time) you    hello\n" + heard)
        #expect(try await show(events, .prompt).output == heard)
        #expect(try await show(events, .chat).output == "pi> one\n    two\npi> hi\n")
    }

    @Test("line ends are kept where they are meant")
    func blocks() async throws {
        let block = LogEvent("e", [:], "a\nb", role: .answer, isBlock: true)
        let line = LogEvent("e", [:], "a\nb", role: .answer)
        let shown = try await show([block, line]).output.split(separator: "\n")
        #expect(shown.count == 3 && shown.prefix(2) == ["a", "b"])
    }

    @Test("once there are several sessions, lines say whose they are; answers need not")
    func sessions() async throws {
        func said(_ session: String, _ role: LogEvent.Role = .progress) -> LogEvent {
            LogEvent("e", [:], "text", role: role, session: session)
        }
        let shown = try await show([
            said("a"), said("a", .received(from: "agent")), said("b"), said("a"),
            said("b", .received(from: "agent")), said("a", .answer), said("a", .warning),
        ])
        #expect(shown.error == "  text\n[b]   text\n[a]   text\n[a] warning: text\n")
        #expect(shown.output.split(separator: "\n").map { $0.hasPrefix("[b] ") } == [false, true, false])
    }

    @Test("a wait is told after 10 seconds, 20, 40, where nothing can be drawn over")
    func waits() async throws {
        let events = (1...45).map { LogEvent("waiting", ["seconds": .number($0)], "\($0)s", role: .status) }
        #expect(try await show(events).error == "  10s\n  20s\n  40s\n")
        #expect(try await show(events, .script, .warn).error == "")
    }
}
