import AgentCore
import Scripting
import Vocabulary
import Nostr

/// `attach npub1…`
struct AttachCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("attach", "connects to an agent that is already running")
        description.words = .list("NPUB", required: true)
        description.parameters = [Parameter("session", .text, "name of the session")]
        description.repetition = .instant
        description.provides = [.agent]
        description.suggestsNext = true
        description.results = [("npub", "the agent's public key"), ("session", "name of the session")]
        description.examples = ["attach npub1…", "attach 64-hex-digits"]
        description.completes = ["npub"]
        return description
    }

    func problem(in call: WrittenCall) -> WordProblem? {
        let words = call.words
        guard words.count == 1 else {
            return WordProblem("attach takes one public key", at: words.last)
        }
        guard let text = words[0].literal else { return nil }
        do {
            _ = try KeyText.publicKey(text)
            return nil
        } catch {
            return WordProblem("\(error)", at: words[0])
        }
    }

    func namings(of call: WrittenCall) -> [(naming: Naming, word: Word)] { SessionNaming.created(by: call) }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        guard call.words.count == 1 else { throw Failure(.usage, "attach takes one public key") }
        let key = try KeyText.publicKey(call.words[0])
        let (session, _) = try await script.agents.sessions.open(named: call.sessionName)
        try await session.attach(to: key)
        await session.read(upTo: session.cursor)
        return ["npub": .text(KeyText.npub(key)), "session": .text(session.name)]
    }
}
