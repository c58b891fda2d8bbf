import Foundation
import TestSupport
import Testing

@testable import PikaShell

@Suite("lines without editing", .timeLimit(.minutes(4)))
struct PlainReaderTests {
    @Test("lines, then the end of input, again and again; the prompt stands on the error stream")
    func lines() async throws {
        let piped = try PipedTerminal(input: "one\ntwo")
        let reader = PlainReader(terminal: piped.terminal)
        #expect(await reader.readLine(prompt: "a>") == .text("one"))
        #expect(await reader.readLine(prompt: "") == .text("two"))
        #expect(await reader.readLine(prompt: "b>") == .endOfInput)
        #expect(await reader.readLine(prompt: "") == .endOfInput)
        reader.close()
        #expect(await reader.readLine(prompt: "") == .endOfInput)
        #expect(await piped.finish() == ("", "a> b> "))
    }

    @Test("whoever was cancelled before gets no line")
    func cancelledBefore() async throws {
        let piped = try PipedTerminal(input: "one\n")
        let reader = PlainReader(terminal: piped.terminal)
        let (held, begin) = AsyncStream<Never>.makeStream()
        let reading = Task {
            for await _ in held {}
            return await reader.readLine(prompt: "")
        }
        reading.cancel()
        begin.finish()
        #expect(await reading.value == .interrupted)
        #expect(await reader.readLine(prompt: "") == .text("one"))
        reader.close()
        _ = await piped.finish()
    }

    @Test("a line that comes for somebody who has left is the next one's")
    func left() async throws {
        let input = try OpenInput()
        let reader = PlainReader(terminal: input.terminal)
        let reading = Task { await reader.readLine(prompt: "a>") }
        #expect(await input.waitFor("a> "))
        for _ in 0..<1000 { await Task.yield() }
        reading.cancel()
        #expect(await reading.value == .interrupted)
        input.type("late\n")
        await input.isRead()
        #expect(await reader.readLine(prompt: "") == .text("late"))
        reader.close()
    }

    @Test("an end that comes for somebody who has left is told, too, and a close wakes the reader")
    func closed() async throws {
        let input = try OpenInput()
        let reader = PlainReader(terminal: input.terminal)
        let reading = Task { await reader.readLine(prompt: "a>") }
        #expect(await input.waitFor("a> "))
        reader.close()
        #expect(await reading.value == .endOfInput)
    }
}
