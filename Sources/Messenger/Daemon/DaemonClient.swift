import Nostr
import Synchronization
import Vocabulary

/// One who speaks the daemon's protocol: reads its commands line by line, and gets its answers and what happens.
final class DaemonClient: Sendable {
    /// For the daemon's own log.
    let name: String
    let outbox: LineOutbox
    private let lines = Mutex(0)
    /// Lines that came from it.
    var said: Int { lines.withLock { $0 } }

    /// - Parameter expectsAnswers: messages to it are dealt with once it has answered them.
    init(name: String, expectsAnswers: Bool = false) {
        self.name = name
        outbox = LineOutbox(expectsAnswers: expectsAnswers)
    }

    /// Hands every line of the stream to `handle`, one at a time, until its end.
    ///
    /// - Throws: what reading throws.
    func read(
        _ stream: any ByteStream,
        _ handle: @Sendable (Result<DaemonRequest, DaemonRequest.Refusal>) async -> Void
    ) async throws {
        var lines = LineSplitter()
        while true {
            let bytes = try await stream.read(maximum: 65_536)
            if bytes.isEmpty { break }
            lines.append(bytes)
            while let piece = lines.next() { await take(piece, handle) }
        }
        if let rest = lines.rest() { await take(.line(rest), handle) }
    }

    private func take(
        _ piece: LineSplitter.Piece,
        _ handle: @Sendable (Result<DaemonRequest, DaemonRequest.Refusal>) async -> Void
    ) async {
        switch piece {
        case .tooLong:
            let error = MessengerError(
                .parseError, "the line is longer than \(LineSplitter.limitBytes) bytes")
            await handle(.failure(DaemonRequest.Refusal(id: nil, error: error)))
        case .line(let line):
            lines.withLock { $0 += 1 }
            if line.allSatisfy({ [0x20, 0x09, 0x0d].contains($0) }) { return }
            await handle(Result { () throws(DaemonRequest.Refusal) in try DaemonRequest(line) })
        }
    }
}
