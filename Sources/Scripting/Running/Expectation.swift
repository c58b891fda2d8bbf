import AgentCore
import Nostr

/// What `expect reply` waits for.
struct Expectation: Sendable {
    enum Test: Equatable, Sendable {
        case any
        case contains(String)
        case matches(String)
        case equals(String)

        func accepts(_ text: String) throws -> Bool {
            switch self {
            case .any: true
            case .contains(let part): Truth.contains(text, part)
            case .matches(let pattern): try Truth.matches(text, pattern)
            case .equals(let wanted): text == wanted
            }
        }

        var description: String {
            switch self {
            case .any: "any text"
            case .contains(let part): "contains \"\(part)\""
            case .matches(let pattern): "matches \(pattern)"
            case .equals(let wanted): "is \"\(wanted)\""
            }
        }
    }

    let test: Test
    let session: AgentSession
    let cursor: Int

    /// The first reply from the cursor on that passes.
    func wait(within limit: Duration, clock: any Clock<Duration>) async throws -> ChatMessage {
        do {
            return try await withDeadline(limit, clock: clock) {
                for await _ in await session.activity() {
                    for reply in await session.replies(from: cursor) where try test.accepts(reply.text) {
                        return reply
                    }
                    if let end = await session.conversationEnd {
                        throw Failure(.protocolError, end, canHeal: false)
                    }
                }
                throw CancellationError()
            }
        } catch is DeadlineExceeded {
            throw await unmet(limit)
        }
    }

    /// Says what was seen instead: the nearest miss first.
    private func unmet(_ limit: Duration) async -> Failure {
        let replies = await session.replies(from: cursor)
        guard !replies.isEmpty else {
            return Failure(
                .timeout, "no reply came within \(limit.inSeconds)",
                hints: await session.environment.pool.troubles().map(\.description)
                    + ["is the agent still running? try `state`, or allow more time with within="])
        }
        let count = replies.count == 1 ? "1 reply" : "\(replies.count) replies"
        return Failure(
            .mismatch, "\(count) came within \(limit.inSeconds), none \(test.description)",
            hints: replies.suffix(3).reversed().map { "nearest: \"\($0.text.prefix(120))\"" })
    }

    /// Silence for so long.
    func silence(for limit: Duration, clock: any Clock<Duration>) async throws {
        do {
            let reply = try await wait(within: limit, clock: clock)
            throw Failure(.mismatch, "a reply came: \"\(reply.text.prefix(120))\"")
        } catch let failure as Failure where failure.code == .timeout {
            return
        }
    }
}
