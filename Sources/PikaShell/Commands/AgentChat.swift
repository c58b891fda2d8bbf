import AgentCore
import Foundation
import Nostr

/// One run of `agent new`: provision, wait, create group, chat, tear down.
struct AgentChat: Sendable {
    let host: LiveHost
    let description: ProviderDescription
    let values: ParameterSet
    let name: String?
    let output: OutputQueue

    /// - Returns: the exit status.
    func run() async -> Int32 {
        let signals = InterruptCounter()
        let work = Task { () -> Failure? in
            do {
                try await chat()
                return nil
            } catch {
                let failure = Failure(error)
                // Whatever an interruption makes fail is one; but what is left running because of it is told.
                guard Task.isCancelled, failure.code != .leak else { return failure }
                return Failure(
                    .cancelled,
                    failure.code == .cancelled ? "interrupted" : "interrupted, and: \(failure.message)",
                    hints: failure.hints)
            }
        }
        let ending = Ending(host: host)
        Signals.shared.handle { number in
            guard signals.count(number) > 1 else { return work.cancel() }
            Task {
                let commands = await ending.manualCommands()
                ForcedExit.now(status: 128 + number, leaving: commands)
            }
        }
        let failure = await work.value
        if let failure, failure.code != .cancelled {
            host.log.emit(.failure(code: failure.code.rawValue, message: "error: \(failure.description)"))
        }
        if let failure, failure.code == .cancelled {
            if failure.message != "interrupted" { output.line(failure.message, to: .error) }
            for hint in failure.hints { output.line("hint: \(hint)", to: .error) }
        }
        // Both errors are reported: what went wrong, and that the agent could not be removed.
        let (left, hints) = await ending.settle(isScript: false)
        for failure in left {
            host.log.emit(.failure(code: failure.code.rawValue, message: "error: \(failure.description)"))
        }
        for hint in hints { output.line(hint, to: .error) }
        Signals.shared.handle(nil)
        // Ctrl-C at the prompt is the way out, not an accident.
        if let number = signals.first, failure?.code == .cancelled { return 128 + number }
        if let failure { return failure.code.exitStatus }
        return left.isEmpty ? 0 : FailureCode.leak.exitStatus
    }

    private func chat() async throws {
        let provider = try await host.provider(description, values)
        let session = try await host.openSession(named: nil)
        let agent = try await session.provision(
            with: provider, name: name, keep: values.flag("keep"))
        _ = try await session.awaitKeyPackage(within: nil)
        _ = try await session.createGroup(name: nil)
        let label =
            ["microvm": "microVM", "fly": "Fly", "workers": "Workers"][description.name] ?? description.name
        output.line("Connected to \(label) agent \(agent.id) (\(KeyText.npub(agent.publicKey)))", to: .error)
        if host.isTerminal,
            let editor = LineEditor(
                output: output, history: [], complete: { _ in [] },
                onInterrupt: { _ in Signals.shared.deliver(SIGINT) })
        {
            output.line("Type messages below. Ctrl-C to exit.", to: .error)
            try await converse(session) { await editor.readLine(prompt: "you> ") }
        } else {
            var lines = PlainLines.stream().makeAsyncIterator()
            while let line = await lines.next() {
                try Task.checkCancellation()
                try await send(line, to: session)
            }
            try Task.checkCancellation()
            if let limit = await session.timings.pendingReplies {
                try await session.awaitPendingReplies(within: limit)
            }
        }
    }

    private func converse(_ session: AgentSession, _ read: @Sendable () async -> LineEditor.Line) async throws
    {
        while true {
            switch await read() {
            case .text(let line): try await send(line, to: session)
            case .interrupted:
                // Typed; a signal has cancelled the task already, and twice would mean to skip the cleanup.
                if !Task.isCancelled { Signals.shared.deliver(SIGINT) }
                throw CancellationError()
            case .endOfInput: return
            }
            try Task.checkCancellation()
        }
    }

    /// A message that no relay took is reported and the chat goes on.
    private func send(_ line: String, to session: AgentSession) async throws {
        guard !line.allSatisfy(\.isWhitespace) else { return }
        do {
            _ = try await session.say(line)
        } catch let error as PublishError {
            host.log.emit(.failure(code: "unreachable", message: "not sent: \(error)"))
            if !host.isTerminal { throw error }
        }
    }
}
