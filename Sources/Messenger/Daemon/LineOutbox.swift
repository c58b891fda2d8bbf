import Nostr
import Synchronization
import Vocabulary

/// Lines on their way to one client, in order. It is bounded in bytes: who tells what happens in groups waits for a slow client.
///
/// A line is dealt with once it was written in full; a message to a program that dies with us only once it was answered, because until
/// then its death would take the message along. What a dead program leaves goes to the next one.
final class LineOutbox: Sendable {
    /// A line on its way, encoded once.
    private struct Item: Sendable {
        /// In the order in which they are written; 0 before that.
        var number = 0
        let bytes: [UInt8]
        /// A message that wants an answer.
        let message: DaemonLine?
    }

    /// A message that was written, and that nobody has answered yet.
    private struct Unanswered {
        let item: Item
        let line: DaemonLine
        /// Programs that have died over it.
        var deaths = 0
        /// The answer is on its way: it does not go to another program.
        var isAnswered = false

        var number: Int { item.number }
    }

    private struct State {
        var added = 0
        var written = 0
        /// Taken from the queue and not written in full: the next stream gets it first.
        var held: Item?
        var unanswered: [Unanswered] = []
        /// Since when the program is busy with the oldest of them.
        var busySince = ContinuousClock.now
        /// It says itself what it answers.
        var namesMessages = false
        /// Over which as many programs have died as may.
        var dropped: [DaemonLine] = []
        var isFinished = false
        var isLost = false
        var waiting: [(target: Int, turn: AsyncStream<Void>.Continuation)] = []

        /// Lines up to here are dealt with.
        var settled: Int { min(written, (unanswered.first?.number ?? .max) - 1) }

        /// It goes to no program any more, also where it was not written in full.
        mutating func drop(at index: Int) -> DaemonLine {
            let dropped = unanswered.remove(at: index)
            if held?.number == dropped.number {
                held = nil
                written = dropped.number
            }
            return dropped.line
        }

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
    private static let deathLimit = 3

    private let queue = BoundedQueue<Item>(limit: LineOutbox.limitBytes)
    private let state = Mutex(State())
    private let expectsAnswers: Bool

    /// - Parameter expectsAnswers: messages are dealt with once they were answered.
    init(expectsAnswers: Bool = false) { self.expectsAnswers = expectsAnswers }

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
        let item = Item(bytes: line.bytes, message: expectsAnswers && line.wantsAnswer ? line : nil)
        await queue.put(item, cost: item.bytes.count + Self.overheadBytes)
        return true
    }

    /// What an item takes beside its bytes.
    private static let overheadBytes = 128

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
        for item in leftByTheLast() { try await stream.write(item.bytes) }
        while let item = await nextItem() {
            hold(item)
            try await stream.write(item.bytes)
            tell { state in
                state.held = nil
                state.written = item.number
            }
        }
    }

    /// Before it is written: an answer can be here sooner than we learn that the line is out.
    private func hold(_ item: Item) {
        state.withLock { state in
            defer { state.held = item }
            guard let line = item.message, state.held == nil else { return }
            if state.unanswered.isEmpty { state.busySince = .now }
            state.unanswered.append(Unanswered(item: item, line: line))
            if state.unanswered.count > Self.unansweredLimit {
                state.dropped.append(state.unanswered.removeFirst().line)
            }
        }
    }

    /// Messages that a program which has ended did not answer. What was not written in full goes out anyway.
    private func leftByTheLast() -> [Item] {
        state.withLock { state in
            state.busySince = .now
            return state.unanswered.filter { !$0.isAnswered && $0.number != state.held?.number }.map(\.item)
        }
    }

    private func nextItem() async -> Item? {
        if let held = state.withLock({ $0.held }) { return held }
        guard var item = await queue.next() else { return nil }
        // Who puts lines in at the same time may overtake each other until here.
        item.number = state.withLock { $0.written + 1 }
        return item
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

    /// The client has said something in a group.
    ///
    /// - Parameters:
    ///   - content: events around an answer (`__PI_EVT__`) answer nothing.
    ///   - named: the message that it says it answers. A client that says so once says so always; of others, what they say in a group
    ///     answers the oldest message there.
    /// - Returns: the message's id; nil where it answers nothing.
    func answering(in nostrGroupID: String, _ content: String, named: String?) -> String? {
        guard expectsAnswers else { return named }
        return state.withLock { state in
            if named != nil { state.namesMessages = true }
            guard named != nil || !state.namesMessages, !content.hasPrefix(Self.eventMark) else { return nil }
            let index = state.unanswered.firstIndex {
                named == nil
                    ? !$0.isAnswered && $0.line.nostrGroupID == nostrGroupID : $0.line.messageID == named
            }
            guard let index else { return named }
            state.unanswered[index].isAnswered = true
            return state.unanswered[index].line.messageID
        }
    }

    private static let eventMark = "__PI_EVT__"

    /// The client shows a sign of life: it is not stuck.
    func isAlive() { state.withLock { $0.busySince = .now } }

    /// A message that waits for an answer.
    func unanswered(_ messageID: String) -> DaemonLine? {
        state.withLock { $0.unanswered.first { $0.line.messageID == messageID }?.line }
    }

    /// The answer is stored, or there is none.
    func answered(_ messageID: String) {
        tell { state in
            state.unanswered.removeAll { $0.line.messageID == messageID }
            state.busySince = .now
        }
    }

    /// What was to be its answer could not be sent: the message waits for another one.
    func isUnanswered(_ messageID: String) {
        state.withLock { state in
            for index in state.unanswered.indices where state.unanswered[index].line.messageID == messageID {
                state.unanswered[index].isAnswered = false
            }
        }
    }

    /// A program has died that had the time to look at the oldest message.
    ///
    /// - Returns: that message, once it has cost as many as it may.
    func died() -> DaemonLine? {
        var dropped: DaemonLine?
        tell { state in
            guard let index = state.unanswered.firstIndex(where: { !$0.isAnswered }) else { return }
            state.unanswered[index].deaths += 1
            // Those behind it are not to blame.
            if state.unanswered[index].deaths >= Self.deathLimit {
                dropped = state.drop(at: index)
            }
        }
        return dropped
    }

    /// The oldest message will not be answered any more once the client has been busy with it for so long.
    ///
    /// - Returns: it, and others that nobody will answer.
    func giveUp(after limit: Duration) -> [DaemonLine] {
        var lines: [DaemonLine] = []
        tell { state in
            lines = state.dropped
            state.dropped = []
            guard ContinuousClock.now - state.busySince >= limit,
                let index = state.unanswered.firstIndex(where: { !$0.isAnswered })
            else { return }
            lines.append(state.drop(at: index))
            state.busySince = .now
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
