import Nostr
import Synchronization
import Vocabulary

/// Lines on their way to one client, in order. It is bounded in bytes: who tells what happens in groups waits for a slow client.
///
/// A line is dealt with once it was written in full; a message to a program that dies with us only once it was answered, because until
/// then its death would take the message along. What a dead program leaves goes to the next one.
final class LineOutbox: Sendable {
    /// A message that was written, and that nobody has answered yet.
    private struct Unanswered {
        let number: Int
        let line: DaemonLine
        let writtenAt: ContinuousClock.Instant
        var tries = 1
        /// The answer is on its way: it does not go to another program.
        var isAnswered = false
    }

    private struct State {
        var added = 0
        var written = 0
        /// Taken from the queue and not written in full: the next stream gets it first.
        var held: (number: Int, line: DaemonLine)?
        var unanswered: [Unanswered] = []
        /// Over which as many programs have died as may.
        var dropped: [DaemonLine] = []
        var isFinished = false
        var isLost = false
        var waiting: [(target: Int, turn: AsyncStream<Void>.Continuation)] = []

        /// Lines up to here are dealt with.
        var settled: Int { min(written, (unanswered.first?.number ?? .max) - 1) }

        mutating func ready() -> [AsyncStream<Void>.Continuation] {
            let settled = settled
            let ready = waiting.filter { isLost || settled >= $0.target }
            waiting.removeAll { isLost || settled >= $0.target }
            return ready.map(\.turn)
        }
    }

    /// Bytes of lines that wait.
    static let limitBytes = 8 << 20
    /// Messages that wait for an answer; the oldest count as dealt with when there are more.
    private static let unansweredLimit = 1024
    /// Programs that may die over one message.
    private static let tryLimit = 3

    private let queue = BoundedQueue<(number: Int, line: DaemonLine)>(limit: LineOutbox.limitBytes)
    private let state = Mutex(State())
    private let expectsAnswers: Bool

    /// - Parameter expectsAnswers: messages are dealt with once they were answered.
    init(expectsAnswers: Bool = false) { self.expectsAnswers = expectsAnswers }

    /// Waits while there is no room.
    ///
    /// - Returns: false after `finish` and `lose`: it does not go out.
    @discardableResult
    func put(_ line: DaemonLine) async -> Bool {
        let number = state.withLock { state -> Int? in
            guard !state.isFinished else { return nil }
            state.added += 1
            return state.added
        }
        guard let number else { return false }
        await queue.put((number, line), cost: line.sizeBytes)
        return true
    }

    /// Bytes that wait.
    var waitingBytes: Int { queue.waitingBytes }

    // MARK: Writing

    /// Writes line after line until `finish`, or until the stream fails. What was not written in full stays for the next stream, and so does
    /// what was not answered.
    ///
    /// - Parameter first: goes out before all others.
    /// - Throws: what the stream throws.
    func drain(to stream: any ByteStream, first: DaemonLine? = nil) async throws {
        if let first { try await stream.write(first.bytes) }
        for line in leftByTheLast() { try await stream.write(line.bytes) }
        while let (number, line) = await nextLine() {
            hold(number, line)
            try await stream.write(line.bytes)
            tell { state in
                state.held = nil
                state.written = number
            }
        }
    }

    /// Before it is written: an answer can be here sooner than we learn that the line is out.
    private func hold(_ number: Int, _ line: DaemonLine) {
        state.withLock { state in
            defer { state.held = (number, line) }
            guard expectsAnswers, line.isMessage, state.held == nil else { return }
            state.unanswered.append(Unanswered(number: number, line: line, writtenAt: .now))
            if state.unanswered.count > Self.unansweredLimit {
                state.dropped.append(state.unanswered.removeFirst().line)
            }
        }
    }

    /// Messages that a program which has ended did not answer, as often as they may be tried.
    private func leftByTheLast() -> [DaemonLine] {
        var lines: [DaemonLine] = []
        tell { state in
            // The oldest is the one that it was busy with; those behind it are not to blame.
            if let first = state.unanswered.firstIndex(where: { !$0.isAnswered }) {
                if state.unanswered[first].tries >= Self.tryLimit {
                    state.dropped.append(state.unanswered.remove(at: first).line)
                } else {
                    state.unanswered[first].tries += 1
                }
            }
            // What was not written in full goes out anyway.
            lines = state.unanswered.filter { !$0.isAnswered && $0.number != state.held?.number }.map(\.line)
        }
        return lines
    }

    private func nextLine() async -> (number: Int, line: DaemonLine)? {
        if let held = state.withLock({ $0.held }) { return held }
        return await queue.next()
    }

    /// Changes the state and tells who has waited for that.
    private func tell(_ change: (inout State) -> Void) {
        let ready = state.withLock { state in
            change(&state)
            return state.ready()
        }
        for turn in ready { turn.finish() }
    }

    // MARK: Answers

    /// The client says something in a group: the answer to the oldest message of that group that has none.
    ///
    /// - Returns: the message's id; nil where it answers nothing.
    func answering(in nostrGroupID: String) -> String? {
        state.withLock { state in
            guard
                let index = state.unanswered.firstIndex(where: {
                    !$0.isAnswered && $0.line.fields["nostr_group_id"] == .text(nostrGroupID)
                })
            else { return nil }
            state.unanswered[index].isAnswered = true
            return state.unanswered[index].line.messageID
        }
    }

    /// The answer is stored, or cannot be given.
    func answered(_ messageID: String) {
        tell { state in
            state.unanswered.removeAll { $0.isAnswered && $0.line.messageID == messageID }
        }
    }

    /// Messages that were written before then will not be answered any more.
    ///
    /// - Returns: those messages, and others that nobody will answer.
    func giveUp(before time: ContinuousClock.Instant) -> [DaemonLine] {
        var lines: [DaemonLine] = []
        tell { state in
            lines =
                state.dropped
                + state.unanswered.filter { !$0.isAnswered && $0.writtenAt < time }.map(\.line)
            state.dropped = []
            state.unanswered.removeAll { !$0.isAnswered && $0.writtenAt < time }
        }
        return lines
    }

    // MARK: The end

    /// Returns when everything that was put in until now is dealt with.
    ///
    /// - Returns: false when it never will be.
    func isOut() async -> Bool {
        let (turns, continuation) = AsyncStream<Void>.makeStream()
        state.withLock { state in
            if state.isLost || state.settled >= state.added {
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
        tell { state in (state.isFinished, state.isLost) = (true, true) }
    }
}
