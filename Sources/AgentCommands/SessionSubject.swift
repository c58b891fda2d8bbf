import AgentCore
import Nostr
import Scripting
import Vocabulary

/// Something that is true of a session or not: `expect state == chatting`, `expect member == NPUB`. It counts as soon as it is so, also when it
/// has been for long.
struct SessionSubject: ExpectSubject {
    let name: String
    let requirements: Set<Requirement>
    let results: [(name: String, meaning: String)]
    let examples: [String]
    let setsVariable = false
    /// What the test looks at: one of them must pass.
    private let texts: @Sendable (AgentSession) async -> [String]

    private init(
        _ name: String, _ requirements: Set<Requirement>, meaning: String, examples: [String],
        texts: @escaping @Sendable (AgentSession) async -> [String]
    ) {
        (self.name, self.requirements, self.examples, self.texts) = (name, requirements, examples, texts)
        results = [("text", meaning)]
    }

    /// Where the session stands: empty, running, attached, keypackage or chatting.
    static var state: SessionSubject {
        SessionSubject("state", [.anyGroup], meaning: "the phase", examples: ["expect state == chatting"]) {
            [await $0.state.phase]
        }
    }

    /// The other members of the group, by npub.
    static var member: SessionSubject {
        SessionSubject(
            "member", [.group], meaning: "npub of the member",
            examples: ["expect member == $vm.npub within=10s"]
        ) { session in
            guard let id = await session.state.groupID,
                let group = await session.environment.client.group(id)
            else { return [] }
            let own = session.environment.client.publicKey
            return group.members.filter { $0 != own }.map(KeyText.npub)
        }
    }

    func expect(
        _ test: TextTest, within limit: Duration, from origin: ExpectedFrom, in script: Interpreter
    ) async throws -> [String: EventValue] {
        let session = try await script.currentSession()
        let start = script.trail.cursor
        do {
            let text = try await withDeadline(limit, clock: script.host.clock) {
                for await _ in await session.activity() {
                    for text in await texts(session) {
                        if try await test.accepts(text) { return text }
                    }
                }
                throw Failure(.protocolError, "the session has ended", isRetryable: false)
            }
            return ["text": .text(text)]
        } catch is DeadlineExceeded {
            let (seen, meanwhile) = (await texts(session), script.trail.meanwhile(since: start))
            throw Failure(
                .timeout, "no \(name) that \(test) within \(limit.inSeconds)",
                hints: [seen.isEmpty ? "there is none" : "it is: \(seen.joined(separator: ", "))"]
                    + (meanwhile.isEmpty ? [] : ["meanwhile: \(meanwhile.joined(separator: " · "))"]))
        }
    }

    func expectNone(for limit: Duration, from origin: ExpectedFrom, in script: Interpreter) async throws {
        let session = try await script.currentSession()
        let before = await texts(session)
        do {
            let now = try await withDeadline(limit, clock: script.host.clock) {
                for await _ in await session.activity() {
                    let now = await texts(session)
                    if now != before { return now }
                }
                throw Failure(.protocolError, "the session has ended", isRetryable: false)
            }
            throw Failure(
                .mismatch,
                "another \(name): \(now.joined(separator: ", ")) instead of \(before.joined(separator: ", "))"
            )
        } catch is DeadlineExceeded { return }
    }
}
