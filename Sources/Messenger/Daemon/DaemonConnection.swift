import Nostr
import Vocabulary

/// The other end of the daemon's socket: commands of one-shot programs, and what happens for those that listen.
package struct DaemonConnection: Sendable {
    private let stream: any ByteStream

    /// - Returns: nil where no daemon is listening.
    /// - Throws: `FileError`, `SocketError`.
    package init?(_ socket: LocalSocket) throws {
        guard let stream = try socket.connect() else { return nil }
        self.stream = stream
    }

    /// Sends a command and waits for its answer.
    ///
    /// - Returns: the `result`, where there is one.
    /// - Throws: `MessengerError` with the daemon's code; `SocketError`.
    package func run(_ command: MessengerCommand) async throws -> EventValue? {
        let id = "remote"
        let line = Array((command.line(requestID: id) + "\n").utf8)
        guard line.count <= LineSplitter.limitBytes else {
            throw MessengerError(
                .badRequest, "that is more than a daemon takes at once: \(LineSplitter.limitBytes >> 20) MiB")
        }
        let answer: [String: EventValue]?
        do {
            answer = try await withDeadline(Self.limit, clock: ContinuousClock()) {
                try await self.answer(to: line, id)
            }
        } catch is DeadlineExceeded {
            await stream.close()
            throw MessengerError(.fetchFailed, "the daemon does not answer within \(Self.limit.inSeconds)")
        }
        await stream.close()
        guard let answer else {
            throw MessengerError(.shuttingDown, "the daemon ended before it answered")
        }
        guard answer["type"] == .text("error") else { return answer["result"] }
        throw MessengerError(
            MessengerError.Code(rawValue: answer["code"]?.description ?? "") ?? .mdkError,
            answer["message"]?.description ?? "the daemon gives no reason")
    }

    /// Of one line of the daemon.
    private static let answerLimitBytes = 64 << 20
    /// Longer than uploads may take.
    private static let limit: Duration = .seconds(180)

    private func answer(to line: [UInt8], _ id: String) async throws -> [String: EventValue]? {
        try await stream.write(line)
        var answer: [String: EventValue]?
        try await lines { fields in
            // An error without an id is about a line that could not be read: nobody else has sent any here.
            let isOurs =
                fields["request_id"] == .text(id)
                || fields["type"] == .text("error") && fields["request_id"] == nil
            if isOurs { answer = fields }
            return !isOurs
        }
        return answer
    }

    /// Hands each line of the daemon over as its members, until the daemon ends or `take` returns false.
    ///
    /// - Throws: `SocketError`, `CancellationError`.
    package func lines(_ take: ([String: EventValue]) async throws -> Bool) async throws {
        var lines = LineSplitter(limitBytes: Self.answerLimitBytes)
        while true {
            let bytes = try await stream.read(maximum: 65_536)
            try Task.checkCancellation()
            if bytes.isEmpty { return }
            lines.append(bytes)
            while let piece = lines.next() {
                guard case .line(let line) = piece else {
                    throw MessengerError(
                        .badRequest,
                        "the daemon's answer is too large: ask for fewer messages (--limit, --before)")
                }
                guard case .record(let fields)? = JSONValueReader.read(String(decoding: line, as: UTF8.self))
                else { continue }
                guard try await take(fields) else { return }
            }
        }
    }

    package func close() async { await stream.close() }
}
