import AgentCore
import Nostr

/// `attach npub1…`
struct AttachCommand: Command, WordChecking {
    var description: CommandDescription {
        var description = CommandDescription("attach", "talks to an agent that already runs")
        description.words = .list("NPUB", required: true)
        description.parameters = [Parameter("session", .text, "name of the session")]
        description.isRepeatable = false
        description.results = [("npub", "the agent's public key")]
        description.examples = ["attach npub1…", "attach 64-hex-digits"]
        return description
    }

    func problem(in words: [Word]) -> Diagnostic? {
        guard words.count == 1 else {
            return Diagnostic(code: .usage, message: "attach takes one public key", range: words.last?.range)
        }
        guard let text = words[0].literal else { return nil }
        do {
            _ = try KeyText.publicKey(text)
            return nil
        } catch {
            return Diagnostic(code: .usage, message: "\(error)", range: words[0].range)
        }
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        guard call.words.count == 1 else { throw Failure(.usage, "attach takes one public key") }
        let key = try KeyText.publicKey(call.words[0])
        let session = try await script.host.openSession(named: call.values.text("session"))
        try await session.attach(to: key)
        await script.moveCursor(of: session.name, to: await session.cursor)
        return ["npub": .text(KeyText.npub(key)), "session": .text(session.name)]
    }
}
