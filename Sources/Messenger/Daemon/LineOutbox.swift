import Nostr
import Synchronization
import Vocabulary

/// Lines on their way to one client, in order. It is bounded in bytes: who tells what happens in groups waits for a slow client.
final class LineOutbox: Sendable {
    private struct State {
        var added = 0
        var written = 0
        /// Taken from the queue and not written in full: the next stream gets it first.
        var held: [UInt8]?
        var isFinished = false
        var isLost = false
        var waiting: [(target: Int, turn: AsyncStream<Void>.Continuation)] = []

        mutating func ready() -> [AsyncStream<Void>.Continuation] {
            let ready = waiting.filter { isLost || written >= $0.target }
            waiting.removeAll { isLost || written >= $0.target }
            return ready.map(\.turn)
        }
    }

    /// Bytes of lines that wait.
    static let limitBytes = 8 << 20

    private let queue = BoundedQueue<[UInt8]>(limit: LineOutbox.limitBytes)
    private let state = Mutex(State())

    /// Waits while there is no room.
    ///
    /// - Returns: false after `finish` and `lose`: it does not go out.
    @discardableResult
    func put(_ line: DaemonLine) async -> Bool {
        let isTaken = state.withLock { state in
            guard !state.isFinished else { return false }
            state.added += 1
            return true
        }
        guard isTaken else { return false }
        let bytes = line.bytes
        await queue.put(bytes, cost: bytes.count)
        return true
    }

    /// Bytes that wait.
    var waitingBytes: Int { queue.waitingBytes }

    /// Writes line after line until `finish`, or until the stream fails. What was not written in full stays for the next stream.
    ///
    /// - Parameter first: goes out before all others.
    /// - Throws: what the stream throws.
    func drain(to stream: any ByteStream, first: DaemonLine? = nil) async throws {
        if let first { try await stream.write(first.bytes) }
        while let line = await nextLine() {
            state.withLock { $0.held = line }
            try await stream.write(line)
            let ready = state.withLock { state in
                state.held = nil
                state.written += 1
                return state.ready()
            }
            for turn in ready { turn.finish() }
        }
    }

    private func nextLine() async -> [UInt8]? {
        if let held = state.withLock({ $0.held }) { return held }
        return await queue.next()
    }

    /// Returns when everything that was put in until now is written.
    ///
    /// - Returns: false when it never will be.
    func isOut() async -> Bool {
        let (turns, continuation) = AsyncStream<Void>.makeStream()
        state.withLock { state in
            if state.isLost || state.written >= state.added {
                continuation.finish()
            } else {
                state.waiting.append((state.added, continuation))
            }
        }
        for await _ in turns {}
        return state.withLock { !$0.isLost } && !Task.isCancelled
    }

    /// Nothing more is taken in; what waits is still written.
    func finish() {
        state.withLock { $0.isFinished = true }
        queue.finish()
    }

    /// Nobody will read what waits.
    func lose() {
        queue.finish()
        let ready = state.withLock { state in
            (state.isFinished, state.isLost) = (true, true)
            return state.ready()
        }
        for turn in ready { turn.finish() }
    }
}
