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
}
