import Cryptography
import Nostr
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Mocks

@Suite("Outbox")
struct OutboxTests {
    /// Takes what is written, a part each time that the test lets it.
    private final class Sink: ByteStream {
        let written = Mutex<[[UInt8]]>([])
        private let turns = AsyncStream<Void>.makeStream()

        func allow(_ writes: Int) { for _ in 0..<writes { turns.continuation.yield() } }
        func open() { turns.continuation.finish() }
        func read(maximum: Int) async throws -> [UInt8] { [] }
        func close() async {}
        func write(_ bytes: [UInt8]) async throws {
            for await _ in turns.stream { break }
            try Task.checkCancellation()
            written.withLock { $0.append(bytes) }
        }

        /// The messages in all that was written.
        var texts: [String] {
            get throws {
                var decoder = FrameDecoder(role: .client, maximumMessageBytes: 1 << 20)
                for bytes in written.withLock({ $0 }) { decoder.append(bytes) }
                var texts: [String] = []
                while case .text(let text)? = try decoder.next() { texts.append(text) }
                return texts
            }
        }
    }

    private func event(_ content: String) throws -> StoredEvent {
        StoredEvent(
            try Rumor(
                author: TestKeys.alice.publicKey, createdAt: 1, kind: .chatMessage, content: content
            ).signed(by: TestKeys.alice, random: SeededRandom(content)))
    }

    @Test("an answer of 40 MB waits as references, is written in parts, and in order with the rest")
    func largeAnswer() async throws {
        let (outbox, sink) = (Outbox(clock: ManualClock()), Sink())
        let event = try event(String(repeating: "x", count: 20_000))
        outbox.add(text: Array("first".utf8))
        outbox.add(Array(repeating: event, count: 2000), head: Array("[".utf8))
        outbox.add(text: Array("last".utf8))
        outbox.finish()
        #expect(!outbox.isFull, "nobody is to wait for room once it is finished")
        sink.open()
        try await outbox.drain(to: sink)
        let sizes = sink.written.withLock { $0.map(\.count) }
        #expect(sizes.count > 200 && sizes.allSatisfy { $0 < 200_000 })
        #expect(sizes.reduce(0, +) > 40_000_000)
        #expect(Set(sizes.dropLast()).count < 4)
    }

    @Test("messages come out as they went in; what is added after the end is not sent")
    func order() async throws {
        let (outbox, sink) = (Outbox(clock: ManualClock()), Sink())
        let (one, two) = (try event("1"), try event("2"))
        let json = [one, two].map { String(decoding: $0.json, as: UTF8.self) }
        outbox.add(text: Array("a".utf8))
        outbox.add([one, two], head: Array("[1,".utf8))
        outbox.add([], head: Array("[2,".utf8))
        outbox.add(live: two, head: Array("[3,".utf8))
        outbox.add(text: Array(String(repeating: "b", count: 70_000).utf8))
        outbox.finish()
        outbox.add(text: Array("c".utf8))
        sink.open()
        try await outbox.drain(to: sink)
        let expected = ["a", "[1,\(json[0])]", "[1,\(json[1])]", "[3,\(json[1])]"]
        #expect(try sink.texts.prefix(4) == expected[...])
        #expect(try sink.texts.count == 5 && sink.texts[4].utf8.count == 70_000)
    }

    @Test("whoever fills it waits until enough has been taken")
    func room() async throws {
        let (outbox, sink) = (Outbox(clock: ManualClock()), Sink())
        let event = try event(String(repeating: "x", count: 100_000))
        outbox.add(Array(repeating: event, count: 60), head: [])
        #expect(outbox.isFull)
        let draining = Task { try await outbox.drain(to: sink) }
        sink.allow(30)
        try await withDeadline(.seconds(60), clock: ContinuousClock()) { await outbox.waitForRoom() }
        #expect(!outbox.isFull)
        #expect(sink.written.withLock { $0.reduce(0) { $0 + $1.count } } > 1_000_000)
        draining.cancel()
        _ = await draining.result
        outbox.add(Array(repeating: event, count: 60), head: [])
        #expect(!outbox.isFull, "after the end of the stream it takes nothing")
    }

    @Test("too many live events that nobody reads end the connection, and leave no bytes behind")
    func cutOff() async throws {
        let (outbox, sink) = (Outbox(clock: ManualClock()), Sink())
        let event = try event(String(repeating: "x", count: 200_000))
        outbox.add(text: Array("never".utf8))
        for _ in 0..<400 { outbox.add(live: event, head: []) }
        #expect(!outbox.isFull)
        sink.open()
        try await outbox.drain(to: sink)
        var decoder = FrameDecoder(role: .client, maximumMessageBytes: 1 << 20)
        decoder.append(sink.written.withLock { Array($0.joined()) })
        guard case .close(.policyViolation?, _)? = try decoder.next() else {
            Issue.record("not a close frame")
            return
        }
        #expect(try decoder.next() == nil)
    }
}
