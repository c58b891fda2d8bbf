import Nostr
import Synchronization

/// What is to be sent on one WebSocket, in order. Whoever adds a message never waits; one task writes them
/// out, many with one write.
///
/// An answer of many events waits as a list of references. So the bytes that wait are few, however large an
/// answer is and however slowly it is read.
final class Outbox: Sendable {
    /// Above this, no more requests are read from the client.
    static let fullBytes = 4 << 20
    /// Above this, a client that gets live events faster than it reads them is cut off.
    static let maximumBytes = 64 << 20
    /// The bytes of one write, unless a single message is longer.
    private static let chunkBytes = 128 << 10

    private enum Item {
        /// A whole frame.
        case frame([UInt8])
        /// Events from `next` on, each as a message that begins with `head`.
        case events(head: [UInt8], [StoredEvent], next: Int)
        case live(head: [UInt8], StoredEvent)
    }

    private struct State {
        var items: [Item] = []
        /// The first item that is still to be sent.
        var first = 0
        var bytes = 0
        var liveBytes = 0
        var delay: Duration = .zero
        var holds = 0
        var isWriterWaiting = false
        var isFinished = false

        mutating func forgetItems() { (items, first, bytes, liveBytes) = ([], 0, 0, 0) }
    }

    private let state = Mutex(State())
    private let clock: any Clock<Duration>
    private let arrivals = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    private let departures = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    /// - Parameter clock: for `setDelay`.
    init(clock: any Clock<Duration>) { self.clock = clock }

    var isFull: Bool { state.withLock { $0.bytes > Self.fullBytes && !$0.isFinished } }

    /// The pause before each message.
    func setDelay(_ delay: Duration) { state.withLock { $0.delay = delay } }

    // MARK: Adding

    func add(text: [UInt8]) {
        var frame: [UInt8] = []
        frame.reserveCapacity(text.count + 10)
        FrameEncoder.appendHead(.text, isMasked: false, count: text.count, to: &frame)
        frame += text
        add(.frame(frame), frame.count)
    }

    func add(_ frame: Frame) {
        var bytes: [UInt8] = []
        FrameEncoder.appendHead(frame.opcode, isMasked: false, count: frame.payload.count, to: &bytes)
        bytes += frame.payload
        add(.frame(bytes), bytes.count)
    }

    /// - Parameter head: everything of each message before the event.
    func add(_ events: [StoredEvent], head: [UInt8]) {
        guard !events.isEmpty else { return }
        let bytes = events.reduce(0) { $0 + Self.messageBytes(head, $1) }
        add(.events(head: head, events, next: 0), bytes)
    }

    /// Sends an event that has just come in; a client that has too many of them to read already is cut off
    /// instead. Its publisher does not wait for it.
    func add(live event: StoredEvent, head: [UInt8]) {
        let bytes = Self.messageBytes(head, event)
        let isTooMuch = state.withLock { state in
            state.liveBytes += bytes
            guard state.liveBytes > Self.maximumBytes else { return false }
            state.forgetItems()
            return true
        }
        guard isTooMuch else { return add(.live(head: head, event), bytes) }
        finish(.close(.policyViolation, "the events come faster than they are read"))
    }

    private static func messageBytes(_ head: [UInt8], _ event: StoredEvent) -> Int {
        head.count + event.json.count + 1
    }

    private func add(_ item: Item, _ bytes: Int) {
        let wakes = state.withLock { state in
            guard !state.isFinished else { return false }
            state.items.append(item)
            state.bytes += bytes
            return state.isWriterWaiting && state.holds == 0
        }
        if wakes { arrivals.continuation.yield() }
    }

    /// Lets messages gather while `body` runs, so that the answers to many requests take one write.
    func gathering(_ body: () async -> Void) async {
        state.withLock { $0.holds += 1 }
        await body()
        release()
    }

    private func release() {
        let wakes = state.withLock { state in
            state.holds -= 1
            return state.isWriterWaiting && state.holds == 0
        }
        if wakes { arrivals.continuation.yield() }
    }

    /// Takes nothing more; what waits and then `last` is still sent.
    func finish(_ last: Frame? = nil) {
        if let last { add(last) }
        state.withLock { $0.isFinished = true }
        arrivals.continuation.yield()
        departures.continuation.yield()
    }

    // MARK: Sending

    /// Returns once few enough bytes wait, or nothing more is taken.
    func waitForRoom() async {
        let holds = state.withLock { state in
            defer { state.holds = 0 }
            return state.holds
        }
        arrivals.continuation.yield()
        var departures = departures.stream.makeAsyncIterator()
        while isFull, await departures.next() != nil {}
        state.withLock { $0.holds += holds }
    }

    /// Writes until there is nothing more to come.
    ///
    /// - Throws: what `stream` throws; after that nothing more is taken.
    func drain(to stream: any ByteStream) async throws {
        var arrivals = arrivals.stream.makeAsyncIterator()
        defer { discard() }
        while true {
            let (hasMessages, delay, isFinished) = state.withLock { state in
                let hasMessages = state.first < state.items.count
                state.isWriterWaiting = !hasMessages
                return (hasMessages, state.delay, state.isFinished)
            }
            if hasMessages {
                if delay > .zero { try await clock.sleep(for: delay) }
                let bytes = state.withLock { Self.take(&$0, upTo: delay > .zero ? 1 : Self.chunkBytes) }
                try await stream.write(bytes)
                departures.continuation.yield()
            } else if isFinished {
                return
            } else if await arrivals.next() == nil {
                throw CancellationError()
            }
        }
    }

    private func discard() {
        state.withLock { state in
            state.isFinished = true
            state.forgetItems()
        }
        departures.continuation.yield()
    }

    private static func take(_ state: inout State, upTo limit: Int) -> [UInt8] {
        func append(_ head: [UInt8], _ event: StoredEvent, to chunk: inout [UInt8]) -> Int {
            let count = messageBytes(head, event)
            FrameEncoder.appendHead(.text, isMasked: false, count: count, to: &chunk)
            chunk += head
            chunk += event.json
            chunk.append(UInt8(ascii: "]"))
            return count
        }
        var chunk: [UInt8] = []
        while chunk.count < limit, state.first < state.items.count {
            switch state.items[state.first] {
            case .frame(let frame):
                chunk += frame
                state.bytes -= frame.count
            case .live(let head, let event):
                let count = append(head, event, to: &chunk)
                state.bytes -= count
                state.liveBytes -= count
            case .events(let head, let events, let next):
                state.bytes -= append(head, events[next], to: &chunk)
                if next + 1 < events.count {
                    state.items[state.first] = .events(head: head, events, next: next + 1)
                    continue
                }
            }
            state.first += 1
        }
        if state.first == state.items.count {
            state.items.removeAll(keepingCapacity: state.first <= 1024)
            state.first = 0
        } else if state.first > 1024 {
            state.items.removeFirst(state.first)
            state.first = 0
        }
        return chunk
    }
}
