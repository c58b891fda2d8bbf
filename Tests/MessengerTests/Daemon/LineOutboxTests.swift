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

    @Test("a message is dealt with once it was answered, and goes to the next program until then")
    func answers() async throws {
        let outbox = LineOutbox(expectsAnswers: true)
        for number in 1...3 { await outbox.put(message(number)) }
        await outbox.put(message(4, group: "h"))
        let one = Sink(takes: 4)
        let writing = Task { try await outbox.drain(to: one) }
        // Written in order, all four.
        while one.text.split(separator: "\n").count < 4 { await Task.yield() }
        #expect(outbox.answering(in: "g") == "m1")
        #expect(outbox.answering(in: "g") == "m2")
        #expect(outbox.answering(in: "other") == nil)
        outbox.answered("m1")
        writing.cancel()
        try? await writing.value
        // The answer to the second is on its way: the next program gets the others.
        let two = Sink(takes: 9)
        let again = Task { try await outbox.drain(to: two, first: line("r")) }
        while two.text.split(separator: "\n").count < 3 { await Task.yield() }
        let ids = two.text.matches(of: #/"message_id":"(\w+)"/#).map { String($0.1) }
        #expect(ids == ["m3", "m4"])
        async let isOut = outbox.isOut()
        outbox.answered("m2")
        #expect(outbox.answering(in: "h") == "m4")
        outbox.answered("m4")
        #expect(outbox.giveUp(before: .now).map(\.messageID) == ["m3"])
        #expect(await isOut)
        again.cancel()
        try? await again.value
    }

    @Test("a message over which three programs have died is left alone, and told")
    func poison() async throws {
        let outbox = LineOutbox(expectsAnswers: true)
        for number in 1...2 { await outbox.put(message(number)) }
        var texts: [String] = []
        for _ in 0..<5 {
            let sink = Sink(takes: 9)
            let writing = Task { try await outbox.drain(to: sink, first: line("r")) }
            while !sink.text.contains("m2") { await Task.yield() }
            writing.cancel()
            try? await writing.value
            texts.append(sink.text)
        }
        #expect(texts.map { $0.contains("m1") } == [true, true, true, false, false])
        #expect(outbox.giveUp(before: .now - .seconds(60)).map(\.messageID) == ["m1"])
    }
}
