import AgentCore
import Scripting
import Vocabulary

/// Prompt, hints, and what becomes of agents that still run at the end.
extension AgentHost {
    package func currentSession() async -> String? { await sessions.currentName }

    package func requireSession(_ name: String) async throws { _ = try await sessions.session(named: name) }

    package var provided: Set<Requirement> {
        var provided: Set<Requirement> = [.anyGroup]
        if mockSettings != nil { provided.insert(.mockWorld) }
        if faults != nil { provided.insert(.faults) }
        return provided
    }

    /// Credentials of the providers.
    package var secretVariables: Set<String> {
        Set(
            providers.descriptions.flatMap(\.variables).filter(\.isSecret).map(\.name))
    }

    package func layers(ofEvent json: String) async -> [(label: String, text: String)] {
        guard let session = try? await sessions.session(named: SessionScope.name),
            let event = try? await session.event(json)
        else { return [] }
        return await session.environment.client.explain(event).lines
    }

    package func transcript() async -> [String]? {
        guard let session = try? await sessions.session(named: SessionScope.name) else { return nil }
        let messages = await session.transcript
        guard !messages.isEmpty else { return nil }
        return messages.map { message in
            let speaker = message.isOurs ? "you" : message.isAgents ? "agent" : message.sender
            return "\(speaker): \(VisibleText.hanging(message.text))"
        }
    }

    /// Of the session that a line typed here would concern: a part of a script that runs beside others has its own.
    package func prompt() async -> String {
        guard let session = await sessionInUse() else { return "pika>" }
        let state = await session.state
        let name: String
        if let agent = state.agent {
            name = state.isRunning ? " \(agent.id)" : ""
        } else {
            name = state.origin == nil ? "" : " attached"
        }
        return "pika\(name)\(await sessions.all.count > 1 ? " [\(session.name)]" : "")>"
    }

    package func nextStep() async -> String? { await sessionInUse()?.nextCommand() }

    /// Nil where there is none yet; asking makes none.
    private func sessionInUse() async -> AgentSession? {
        var name = SessionScope.name
        if name == nil { name = await sessions.currentName }
        guard let name else { return nil }
        return try? await sessions.session(named: name)
    }

    package func questionsBeforeLeaving() async -> [LeavingQuestion] {
        var questions: [LeavingQuestion] = []
        for session in await sessions.all {
            guard await session.state.isRunning, await session.exitPolicy == .destroy,
                let agent = await session.state.agent
            else { continue }
            questions.append(
                LeavingQuestion(
                    "\(agent.id) is still running.",
                    // Removing it is what happens at the end anyway.
                    choices: [.init("teardown"), .init("keep") { await session.keepAtEnd() }]))
        }
        return questions
    }

    package func conclude(isScript: Bool) async -> Conclusion {
        var conclusion = Conclusion()
        for session in await sessions.all {
            if await session.hasInterruptedStart {
                await session.report(.waitingForInterruptedStart(session: session.name))
            }
            conclusion.failures += await session.settleInterruptedStarts()
            guard await session.state.isRunning, let agent = await session.state.agent else { continue }
            do {
                switch await session.exitPolicy {
                case .leaveRunning: conclusion.hints += try await session.leaveRunning()
                case .destroy:
                    if isScript, await !session.hasFailedTeardown {
                        await session.report(
                            .warning(
                                "\(agent.id) was still running at the end; add `defer teardown` after spawn"))
                    }
                    try await session.teardown()
                }
            } catch {
                conclusion.failures.append(Failure(error))
            }
        }
        conclusion.hints += await unclearStarts()
        return conclusion
    }

    /// Starts that failed without an answer: what they made, if anything, only the control plane knows. The mock world goes with the run.
    private func unclearStarts() async -> [String] {
        guard mockSettings == nil else { return [] }
        return await workspace.environment.ledger.open
            .filter { $0.time >= workspace.openedAt && $0.change == .intent }
            .map {
                "a \($0.provider) \($0.kind) may have been created although its start failed: pikachat agent sweep looks for it"
            }
    }

    package func leavesUnasked() async -> Bool {
        for session in await sessions.all where await session.state.isRunning {
            if await session.exitPolicy == .destroy { return true }
        }
        return await workspace.environment.ledger.open.contains {
            $0.time >= workspace.openedAt && $0.change == .intent
        }
    }

    /// The ledger knows more than the sessions: what is being created at this moment.
    package func manualCleanup() async -> [String] {
        let ours = await workspace.environment.ledger.open.filter { $0.time >= workspace.openedAt }
        var commands: [String] = []
        for entry in ours where entry.change == .created {
            guard let id = entry.id else { continue }
            do {
                commands.append(
                    try providers.make(for: entry).manualRemoval(
                        of: ProviderResource(kind: entry.kind, id: id)))
            } catch { commands.append("pikachat agent delete \(id)") }
        }
        if let pending = ours.last(where: { $0.change == .intent }) {
            commands.append("pikachat agent sweep    (a \(pending.kind) may still be on its way)")
        }
        return commands
    }
}
