import AgentCore
import Nostr
import Scripting
import Vocabulary

/// `expect reply …`: what the agent says.
struct ReplySubject: ExpectSubject {
    let name = "reply"
    let requirements: Set<Requirement> = [.group]
    let results = [("text", "of the reply"), ("id", "of the message"), ("sender", "npub")].map {
        (name: $0.0, meaning: $0.1)
    }
    let examples = [
        "expect reply contains pong within=90s", "expect reply matches /^[0-9]+$/", "expect no reply for=5s",
        "expect reply from=any contains hello",
    ]
    let senders: String? = "whose: the agent's unless an NPUB or any is named"

    func problem(withSender name: String) -> String? {
        guard name != "any", name != "agent" else { return nil }
        do {
            _ = try KeyText.publicKey(name)
            return nil
        } catch { return "from=\(name.cut(to: 80)): \(error)" }
    }

    private func speaker(_ origin: ExpectedFrom) throws -> Speaker {
        switch origin.sender {
        case nil, "agent": .agent
        case "any": .anybody
        case let name?: .account(KeyText.npub(try KeyText.publicKey(name)))
        }
    }

    func expect(_ test: TextTest, within limit: Duration, from origin: ExpectedFrom, in script: Interpreter)
        async throws
        -> [String: EventValue]
    {
        let session = try await session(script, "expect reply")
        let start = script.trail.cursor
        let (cursor, speaker) = (origin.isFromStart ? 0 : await session.readUpTo, try speaker(origin))
        do {
            let reply = try await next(
                test, from: cursor, by: speaker, in: session, within: limit, script.host.clock)
            await session.read(upTo: reply.number + 1)
            return ["text": .text(reply.text), "id": .text(reply.id.hex), "sender": .text(reply.sender)]
        } catch is DeadlineExceeded {
            var failure = await unmet(test, from: cursor, by: speaker, in: session, limit)
            let meanwhile = script.trail.meanwhile(since: start)
            if !meanwhile.isEmpty { failure.hints.append("meanwhile: \(meanwhile.joined(separator: " · "))") }
            throw failure
        }
    }

    func expectNone(for limit: Duration, from origin: ExpectedFrom, in script: Interpreter) async throws {
        let session = try await session(script, "expect no reply")
        let (cursor, speaker) = (origin.isFromStart ? 0 : await session.readUpTo, try speaker(origin))
        do {
            let reply = try await next(
                .any, from: cursor, by: speaker, in: session, within: limit, script.host.clock)
            throw Failure(.mismatch, "a reply came: \"\(reply.text.cut(to: 120))\"")
        } catch is DeadlineExceeded {
            return
        }
    }

    private func session(_ script: Interpreter, _ step: String) async throws -> AgentSession {
        let session = try await script.currentSession()
        _ = try await session.state.requireGroup(step)
        return session
    }

    /// The first reply from the cursor on that passes.
    ///
    /// - Throws: `DeadlineExceeded`, `Failure` when the conversation is over.
    private func next(
        _ test: TextTest, from cursor: Int, by speaker: Speaker, in session: AgentSession,
        within limit: Duration,
        _ clock: any Clock<Duration>
    ) async throws -> ChatMessage {
        try await withDeadline(limit, clock: clock) {
            for await _ in await session.activity() {
                for reply in await session.replies(from: cursor, by: speaker) {
                    if try await test.accepts(reply.text) { return reply }
                }
                if let end = await session.conversationEnd {
                    throw Failure(.protocolError, end, isRetryable: false)
                }
            }
            throw CancellationError()
        }
    }

    /// Says what was seen instead, the nearest miss first.
    private func unmet(
        _ test: TextTest, from cursor: Int, by speaker: Speaker, in session: AgentSession, _ limit: Duration
    ) async -> Failure {
        let replies = await session.replies(from: cursor, by: speaker)
        guard !replies.isEmpty else {
            let hindrances = await session.hindrances()
            return Failure(
                .timeout, "no reply came within \(limit.inSeconds)",
                hints: await others(from: cursor, by: speaker, in: session)
                    + session.environment.pool.troubles().map(\.description)
                    + (hindrances.isEmpty
                        ? ["allow more time with within=, or look at `state` and `trace relay`"]
                        : hindrances))
        }
        let count = replies.count == 1 ? "1 reply" : "\(replies.count) replies"
        return Failure(
            .mismatch, "\(count) came within \(limit.inSeconds), none \(test)",
            hints: replies.suffix(3).reversed().map { "nearest: \"\($0.text.cut(to: 120))\"" })
    }

    /// What others said meanwhile, who do not count.
    private func others(from cursor: Int, by speaker: Speaker, in session: AgentSession) async -> [String] {
        guard speaker != .anybody, let last = await session.replies(from: cursor, by: .anybody).last else {
            return []
        }
        return [
            "\(last.speaker) said \"\(last.text.cut(to: 120))\", which counts with from=\(last.isAgents ? "agent" : last.sender) or from=any"
        ]
    }
}
