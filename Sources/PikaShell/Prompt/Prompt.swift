import Scripting
import Vocabulary

/// The read-evaluate-print loop. Errors do not end it; what was deferred runs at its end.
final class Prompt: Sendable {
    private let interpreter: Interpreter
    private let runner: ScriptRunner
    private let sitting: Sitting

    private var host: any ScriptHost { interpreter.host }

    init(interpreter: Interpreter, terminal: Terminal, interrupts: Interrupts, history: HistoryFile?) {
        self.interpreter = interpreter
        runner = ScriptRunner(interpreter: interpreter, interrupts: interrupts, manner: .prompt)
        sitting = Sitting(
            catalogue: interpreter.catalogue, log: interpreter.host.log, terminal: terminal,
            interrupts: interrupts, history: history)
    }

    /// - Parameter first: runs before the first prompt.
    /// - Returns: the exit status.
    func run(first: CheckedScript?) async -> Int32 {
        let status = await loop(first)
        await sitting.close()
        return status
    }

    private func loop(_ first: CheckedScript?) async -> Int32 {
        if let first, await wantsToLeave(after: first) { return await sitting.end(runner, by: nil) }
        while true {
            switch await sitting.next(prompt: host.prompt(), for: interpreter) {
            case .nothing, .wrong: continue
            case .leaving(let number): return await sitting.end(runner, by: number)
            case .endOfInput: if await mayLeave() { return await sitting.end(runner, by: nil) }
            case .script(let script):
                if await wantsToLeave(after: script), await mayLeave() {
                    return await sitting.end(runner, by: nil)
                }
            }
        }
    }

    private func wantsToLeave(after script: CheckedScript) async -> Bool {
        let interpreter = interpreter
        let outcome = await sitting.perform(script, in: interpreter) { script in
            try await interpreter.execute(script)
        }
        switch outcome {
        case .done: await showNextStep(after: script.statements)
        case .ended(.quit): return true
        case .ended, .failed: break
        }
        return false
    }

    private func showNextStep(after statements: [Statement]) async {
        guard case .command(_, let invocation)? = statements.last,
            invocation.command.description.suggestsNext, let next = await host.nextStep()
        else { return }
        await interpreter.emit(
            LogEvent("next", ["command": .text(next)], "next: \(next)", role: .progress))
    }

    // MARK: The end

    /// Asks what the host wants to know; false goes back to the prompt.
    private func mayLeave() async -> Bool {
        guard await !interpreter.hasDeferred else { return true }
        for question in await host.questionsBeforeLeaving() {
            guard await answer(question) else { return false }
        }
        return true
    }

    private func answer(_ question: LeavingQuestion) async -> Bool {
        let names = question.choices.map(\.name) + ["cancel"]
        let letters = names.compactMap(\.first).map(String.init).joined(separator: "/")
        while true {
            await runner.notice("\(question.text) \(names.joined(separator: " / "))?")
            let line = await sitting.read("[\(letters)]")
            // No answer can be had: the first choice is what happens by itself. Ctrl-C means not to leave.
            if line == .endOfInput {
                await question.choices.first?.action()
                return true
            }
            guard case .text(let text) = line else { return false }
            guard let letter = text.lowercased().first else { continue }
            if let choice = question.choices.first(where: { $0.name.first == letter }) {
                await choice.action()
                return true
            }
            if letter == "c" { return false }
        }
    }
}
