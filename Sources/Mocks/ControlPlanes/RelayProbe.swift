import Vocabulary
import Nostr

/// The check of the first relay that Workers makes when an agent is created.
enum RelayProbe {
    struct Result: Encodable {
        let relay: String
        let ok: Bool
        let error: String?
    }

    private static let limit: Duration = .seconds(3)

    /// Opens a WebSocket connection and closes it again.
    static func run(_ url: RelayURL, clock: any Clock<Duration>) async -> Result {
        do {
            let reached = RelayReached()
            let pool = RelayPool([url], environment: RelayEnvironment(clock: clock)) { report in
                switch report {
                case .connected: reached.end(nil)
                case .disconnected(_, let why): reached.end(why)
                case .remark, .notice: break
                }
            }
            await pool.start()
            let failure = try await withDeadline(limit, clock: clock) { await reached.outcome() }
            await pool.stop(grace: .zero)
            return Result(relay: url.text, ok: failure == nil, error: failure)
        } catch {
            return Result(relay: url.text, ok: false, error: "no connection within \(limit.inSeconds)")
        }
    }
}

/// The first connection report about a relay.
private final class RelayReached: Sendable {
    private let (stream, continuation) = AsyncStream<String?>.makeStream()

    /// - Parameter failure: nil if the connection succeeded.
    func end(_ failure: String?) {
        continuation.yield(failure)
        continuation.finish()
    }

    func outcome() async -> String? {
        for await failure in stream { return failure }
        return "cancelled"
    }
}
