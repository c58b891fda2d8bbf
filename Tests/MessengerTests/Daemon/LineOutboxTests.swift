import Nostr
import Synchronization
import Testing
import TestSupport
import Vocabulary

@testable import Messenger

@Suite("LineOutbox", .timeLimit(.minutes(1)))
struct LineOutboxTests {
    /// Takes so many writes, then fails.
    private final class Sink: ByteStream {
        private let state: Mutex<(left: Int, text: String)>
        init(takes count: Int) { state = Mutex((count, "")) }
        var text: String { state.withLock { $0.text } }
        func read(maximum: Int) async throws -> [UInt8] { [] }
        func close() async {}
        func write(_ bytes: [UInt8]) async throws {
            try state.withLock { state in
                guard state.left > 0 else { throw CancellationError() }
                state.left -= 1
                state.text += String(decoding: bytes, as: UTF8.self)
            }
        }
    }

    private func line(_ type: String) -> DaemonLine { DaemonLine(type) }

    @Test("what one stream did not take goes to the next, behind its first line")
    func next() async throws {
        let outbox = LineOutbox()
        for type in ["a", "b", "c"] { await outbox.put(line(type)) }
        let (one, two) = (Sink(takes: 2), Sink(takes: 9))
        await #expect(throws: CancellationError.self) { try await outbox.drain(to: one, first: line("r")) }
        #expect(one.text == "{\"type\":\"r\"}\n{\"type\":\"a\"}\n")
        outbox.finish()
        try await outbox.drain(to: two, first: line("r"))
        #expect(two.text == "{\"type\":\"r\"}\n{\"type\":\"b\"}\n{\"type\":\"c\"}\n")
        #expect(await outbox.isOut())
    }

    @Test("nothing is out before it was written, and nothing ever is once its reader is lost")
    func out() async throws {
        let outbox = LineOutbox()
        #expect(await outbox.isOut())
        await outbox.put(line("a"))
        async let isOut = outbox.isOut()
        let sink = Sink(takes: 9)
        let writing = Task { try await outbox.drain(to: sink) }
        #expect(await isOut)
        #expect(sink.text == "{\"type\":\"a\"}\n")
        outbox.lose()
        #expect(await outbox.put(line("b")) == false)
        #expect(await outbox.isOut() == false)
        try await writing.value
    }

    private func message(_ number: Int, group: String = "g") -> DaemonLine {
        DaemonLine(
            "message_received",
            ["message_id": .text("m\(number)"), "nostr_group_id": .text(group), "content": .text("hi")])
    }

    /// Lines that go to one program until so many are there.
    private func run(_ outbox: LineOutbox, until count: Int) async -> [String] {
        let sink = Sink(takes: 99)
        let writing = Task { try await outbox.drain(to: sink, first: line("r")) }
        while sink.text.split(separator: "\n").count < count + 1 { await Task.yield() }
        // What it has taken is noted before it dies.
        writing.cancel()
        try? await writing.value
        return sink.text.matches(of: #/"message_id":"(\w+)"/#).map { String($0.1) }
    }

    @Test("a message is dealt with once it was answered, and goes to the next program until then")
    func answers() async throws {
        let outbox = LineOutbox(expectsAnswers: true)
        for number in 1...3 { await outbox.put(message(number)) }
        await outbox.put(message(4, group: "h"))
        #expect(await run(outbox, until: 4) == ["m1", "m2", "m3", "m4"])
        #expect(outbox.answering(in: "g", "x", named: nil) == "m1")
        #expect(outbox.answering(in: "g", "__PI_EVT__{}", named: nil) == nil)
        #expect(outbox.answering(in: "g", "x", named: nil) == "m2")
        #expect(outbox.answering(in: "other", "x", named: nil) == nil)
        outbox.answered("m1")
        // The answer to the second is on its way: the next program gets the others.
        #expect(await run(outbox, until: 2) == ["m3", "m4"])
        async let isOut = outbox.isOut()
        outbox.answered("m2")
        #expect(outbox.answering(in: "h", "x", named: nil) == "m4")
        outbox.answered("m4")
        #expect(outbox.giveUp(after: .seconds(60)).isEmpty)
        #expect(outbox.giveUp(after: .zero).map(\.messageID) == ["m3"])
        #expect(await isOut)
    }

    @Test("a program that names what it answers is believed, and then answers nothing by chance")
    func named() async throws {
        let outbox = LineOutbox(expectsAnswers: true)
        for number in 1...3 { await outbox.put(message(number)) }
        _ = await run(outbox, until: 3)
        #expect(outbox.answering(in: "g", "x", named: "m2") == "m2")
        #expect(outbox.answering(in: "g", "status", named: nil) == nil)
        outbox.answered("m2")
        #expect(await run(outbox, until: 2) == ["m1", "m3"])
        // Of an earlier run.
        #expect(outbox.answering(in: "g", "x", named: "m9") == "m9")
        #expect(outbox.unanswered("m1")?.messageID == "m1")
        outbox.answered("m1")
        #expect(outbox.unanswered("m1") == nil)
    }

    @Test("what is blank wants no answer")
    func blank() async throws {
        let outbox = LineOutbox(expectsAnswers: true)
        await outbox.put(
            DaemonLine(
                "message_received",
                ["message_id": .text("b"), "nostr_group_id": .text("g"), "content": .text(" \n")]))
        await outbox.put(message(1))
        _ = await run(outbox, until: 2)
        #expect(outbox.answering(in: "g", "x", named: nil) == "m1")
        outbox.answered("m1")
        #expect(await outbox.isOut())
    }

    @Test("a message over which three programs have died is left alone; those behind it are not to blame")
    func poison() async throws {
        let outbox = LineOutbox(expectsAnswers: true)
        for number in 1...2 { await outbox.put(message(number)) }
        for death in 1...3 {
            #expect(await run(outbox, until: 2) == ["m1", "m2"])
            #expect(outbox.died()?.messageID == (death == 3 ? "m1" : nil))
        }
        #expect(await run(outbox, until: 1) == ["m2"])
        #expect(outbox.died() == nil)
    }

    @Test("who puts lines in at the same time waits for his own, and for no other's")
    func producers() async throws {
        let outbox = LineOutbox()
        let sink = Sink(takes: 999)
        let writing = Task { try await outbox.drain(to: sink) }
        await withTaskGroup(of: Bool.self) { group in
            for producer in 0..<8 {
                group.addTask {
                    for number in 0..<50 {
                        await outbox.put(DaemonLine("p\(producer)", ["n": .number(number)]))
                        guard await outbox.isOut() else { return false }
                        // What is out was written.
                        guard sink.text.contains("{\"n\":\(number),\"type\":\"p\(producer)\"}") else {
                            return false
                        }
                    }
                    return true
                }
            }
            for await isRight in group { #expect(isRight) }
        }
        #expect(sink.text.split(separator: "\n").count == 400)
        outbox.finish()
        try await writing.value
    }
}
