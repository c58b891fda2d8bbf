import AgentCommands
import AgentCore
import Foundation
import Nostr
import PikaShell
import Scripting
import Vocabulary

/// The conversation of `agent new`, after its script has brought agent and group.
struct AgentChat: Sendable {
    let host: LiveHost
    let provider: ProviderDescription
    let context: CommandContext

    func run(in interpreter: Interpreter) async throws {
        let session = try await host.sessions.session(named: nil)
        let agent = try await session.state.requireRunning("agent new")
        context.notice(
            "Connected to \(provider.displayName) agent \(agent.id) (\(KeyText.npub(agent.publicKey)))")
        let isInteractive = context.terminal.isInteractive
        if isInteractive { context.notice("Type messages below. Ctrl-C to exit.") }
        try await TypedLines.read(
            from: context.terminal, prompt: isInteractive ? "you>" : "", interrupts: context.interrupts
        ) { line in
            try await send(line, in: interpreter)
        }
        if !isInteractive, let limit = await session.timings.pendingReplies {
            try await session.awaitPendingReplies(within: limit)
        }
    }

    /// At a terminal, a message that no relay took is reported and the chat goes on.
    private func send(_ line: String, in interpreter: Interpreter) async throws {
        guard !line.allSatisfy(\.isWhitespace) else { return }
        let source = Source(name: "agent new", text: "say \(ScriptWord.quoted(line))")
        let script = try CheckedScript.make(
            source, catalogue: interpreter.catalogue, context: .running(variables: [])
        ).get()
        do {
            try await interpreter.execute(script)
        } catch let diagnostic as Diagnostic
            where diagnostic.failure.isRetryable && context.terminal.isInteractive
        {
            let failure = diagnostic.failure
            await interpreter.emit(
                .failure(Failure(failure.code, "not sent: \(failure.message)", hints: failure.hints)))
        }
    }
}
