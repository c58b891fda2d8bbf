import Testing
import Vocabulary

@testable import PikaShell

@Suite("events as JSON")
struct JSONRendererTests {
    @Test("one object a line on the output, whatever role and level")
    func lines() async throws {
        let piped = try PipedTerminal()
        let renderer = JSONRenderer(terminal: piped.terminal)
        let log = EventLog { 7 }
        log.listen { renderer.render($0) }
        log.emit(LogEvent("a", ["text": .text("x\ny\u{1b}")], role: .record, level: .trace, session: "s"))
        log.emit(LogEvent("b", [:], role: .failure))
        let (output, error) = await piped.finish()
        #expect(error == "")
        #expect(
            output == #"{"event":"a","session":"s","text":"x\ny\u001b","time":7}"# + "\n"
                + #"{"event":"b","session":null,"time":7}"# + "\n")
    }
}
