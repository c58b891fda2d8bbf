import Scripting
import Vocabulary

/// Steps through a script: stops where the plan says and after failures, and lets a person look, change and decide. Every command works
/// at its prompt, in the session and with the variables of the place.
actor Debugger: Stepping {
    /// What a person has decided.
    enum Word: Equatable, Sendable {
        case go(StepPlan.Mode)
        /// Leaves the statement out; after a failure, goes on behind it.
        case skip
        /// With these words changed (`within=60s`).
        case again([String])
        case quit
    }

    /// Where it stands.
    struct Stop: Sendable {
        let statement: Statement
        let depth: Int
        let step: String?
        let failure: Diagnostic?
        /// The script catches the failure: its command cannot run again here.
        var isCaught = false

        var range: SourceRange { failure?.range ?? statement.range }
    }

    private var plan: StepPlan
    private var sitting: Sitting?
    private var lines: [String: Set<Int>] = [:]
    private(set) var stop: Stop?
    private var word: Word?
    /// What an empty line repeats.
    private var lastMode: StepPlan.Mode?
    private var isOver = false
    /// Somebody has ended the run: nothing more of it begins, in no part.
    private var hasQuit = false
    /// The failure at which that was.
    private(set) var lastFailure: Diagnostic?
    /// One place at a time: parts of a script that run beside others wait here.
    private var isAsking = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    /// What runs, and how deep inside of others.
    private var running: [Int: (depth: Int, cancel: @Sendable () -> Void)] = [:]
    private var nextRunning = 0
    /// Those of them that Ctrl-C has ended.
    private var interrupted: Set<Int> = []
    /// Ctrl-C came too late for one statement: it is for the next.
    private var isInterruptionOwed = false

    /// - Parameter isStepping: stops before the first statement.
    init(isStepping: Bool) { plan = StepPlan(mode: isStepping ? .into : .run, breakpoints: []) }

    func begin(_ sitting: Sitting, _ script: CheckedScript) {
        self.sitting = sitting
        lines = script.linesWithStatements
    }

    /// The script has ended; what was deferred runs without stops. A part that runs beside it may stand at the prompt still: it has its say
    /// first.
    func finish() async {
        await take()
        isOver = true
        release()
    }

    // MARK: The run

    func isWanted(_ statement: Statement, in script: Interpreter) async throws -> Bool {
        let depth = StepPlace.depth
        try checkLeaving(statement.range)
        guard !isOver, plan.reason(before: statement, depth: depth) != nil else { return true }
        await take()
        defer { release() }
        try checkLeaving(statement.range)
        // Somebody may have decided otherwise meanwhile, in another part.
        guard let reason = plan.reason(before: statement, depth: depth) else { return true }
        let stop = Stop(statement: statement, depth: depth, step: await script.currentStep, failure: nil)
        await script.emit(.debugStop(stop, reason: reason))
        switch try await ask(stop, script) {
        case .go(let mode): plan.mode = mode
        case .skip:
            await script.emit(.notice("left out: \(statement.range.file):\(statement.range.line)"))
            return false
        case .again: break
        case .quit: throw quit(at: nil)
        }
        return true
    }

    /// Everything that runs ends, and nothing else begins.
    private func quit(at failure: Diagnostic?) -> ScriptEnd {
        hasQuit = true
        var seen = failure
        seen?.wasLookedAt = true
        lastFailure = lastFailure ?? seen
        for work in running.values { work.cancel() }
        return .stopped
    }

    func saw(_ failure: Diagnostic, in script: Interpreter) async throws -> Bool {
        guard !isOver, !hasQuit, plan.stops(after: failure), let range = failure.range else { return false }
        await take()
        defer { release() }
        try checkLeaving(range)
        var stop = Stop(
            statement: .invalid(defines: [], range), depth: StepPlace.depth, step: failure.step,
            failure: failure)
        stop.isCaught = true
        await script.emit(.failure(failure))
        await script.emit(.debugStop(stop, reason: "breakpoint \(failure.code.name)"))
        switch try await ask(stop, script) {
        case .go(let mode): plan.mode = mode
        case .skip, .again: break
        case .quit: throw quit(at: failure)
        }
        return true
    }

    func decide(
        after failure: Diagnostic, _ statement: Statement, in script: Interpreter
    ) async throws -> FailureDecision {
        guard !isOver, !hasQuit, sitting?.concern.leaving == nil else { return .end }
        // A time limit, or a part that failed beside this one: the script says what follows.
        if failure.code == .cancelled, !failure.isInterruption { return .pass }
        await take()
        defer { release() }
        guard !hasQuit, sitting?.concern.leaving == nil else { return .end }
        let stop = Stop(
            statement: statement, depth: StepPlace.depth, step: failure.step, failure: failure)
        if failure.code == .cancelled {
            await script.emit(.notice("interrupted at \(failure.place)"))
        } else {
            await script.emit(.failure(failure))
        }
        await script.emit(.debugStop(stop, reason: failure.code.name))
        while true {
            switch try await ask(stop, script) {
            case .go(let mode):
                plan.mode = mode
                return .goOn
            case .skip: return .goOn
            case .quit:
                _ = quit(at: failure)
                return .end
            case .again(let changes):
                do {
                    return .again(
                        try ChangedCommand.statement(
                            statement, changes: changes, catalogue: script.catalogue))
                } catch {
                    await script.emit(.failure(Failure(error)))
                    guard sitting?.isInteractive ?? false else {
                        _ = quit(at: failure)
                        return .end
                    }
                }
            }
        }
    }

    func interruptible(_ work: @escaping @Sendable () async throws -> Void) async throws {
        let task = Task { try await work() }
        let number = nextRunning
        nextRunning += 1
        if running.isEmpty, !isAsking { concernRunning() }
        running[number] = (StepPlace.depth, { task.cancel() })
        if isInterruptionOwed { interrupt() }
        defer {
            running[number] = nil
            interrupted.remove(number)
            if running.isEmpty, !isAsking { sitting?.concern.finishedRunning(isLeaving: false) }
        }
        do {
            try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        } catch var failure as Diagnostic where interrupted.contains(number) {
            failure.isInterruption = failure.code == .cancelled
            throw failure
        }
        // It was done all the same.
        if interrupted.contains(number) { isInterruptionOwed = true }
    }

    private func concernRunning() { sitting?.concern.run { Task { await self.interrupt() } } }

    /// Ctrl-C: what is innermost ends, and the debugger stops there.
    private func interrupt() {
        isInterruptionOwed = running.isEmpty
        guard let depth = running.values.map(\.depth).max() else { return }
        for (number, work) in running where work.depth == depth {
            interrupted.insert(number)
            work.cancel()
        }
    }

    private func checkLeaving(_ range: SourceRange) throws {
        if hasQuit { throw ScriptEnd.stopped }
        guard sitting?.concern.leaving != nil else { return }
        var end = Diagnostic(.cancelled, "interrupted", range)
        end.wasLookedAt = true
        throw end
    }

    // MARK: The prompt

    private func take() async {
        guard isAsking else {
            isAsking = true
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func release() {
        stop = nil
        if waiting.isEmpty {
            isAsking = false
            if !running.isEmpty { concernRunning() }
        } else {
            waiting.removeFirst().resume()
        }
    }

    private func ask(_ stop: Stop, _ script: Interpreter) async throws -> Word {
        guard let sitting else { return .quit }
        self.stop = stop
        let part = Branch.label.map { " [\($0)]" } ?? ""
        let place = "\(stop.range.file.split(separator: "/").last ?? ""):\(stop.range.line)\(part)"
        while true {
            switch await sitting.next(prompt: "(debug \(place)) \(script.host.prompt())", for: script) {
            case .nothing: continue
            case .wrong(let failure):
                // Whoever sent the commands cannot see what became of one and choose another.
                guard sitting.isInteractive else { return endOfCommands(failure, at: stop) }
            case .endOfInput:
                guard sitting.isInteractive else {
                    let failure = Failure(
                        .usage, "the debugger's commands ended here, before the script did",
                        hints: ["`continue` runs on, `quit` ends the run"])
                    return endOfCommands(await script.diagnostic(failure, stop.range), at: stop)
                }
                return .quit
            case .leaving:
                try checkLeaving(stop.range)
                return .quit
            case .script(let typed):
                guard !typed.statements.isEmpty else {
                    guard let lastMode, stop.failure == nil else { continue }
                    return .go(lastMode)
                }
                word = nil
                let outcome = await sitting.perform(typed, in: script) { try await script.executeTyped($0) }
                if case .ended(.quit) = outcome { return .quit }
                if case .failed(let failure) = outcome, !sitting.isInteractive {
                    return endOfCommands(failure, at: stop)
                }
                guard let word else { continue }
                if case .go(let mode) = word, mode == .into || mode == .over(depth: stop.depth) {
                    lastMode = mode
                }
                return word
            }
        }
    }

    /// The run ends with the failure at which it stands, or else with what is wrong with the commands.
    private func endOfCommands(_ failure: Diagnostic, at stop: Stop) -> Word {
        var seen = stop.failure
        seen?.wasLookedAt = true
        lastFailure = lastFailure ?? seen ?? failure
        return .quit
    }

    // MARK: What its commands do

    func say(_ word: Word) { self.word = word }

    var breakpoints: [Breakpoint] { plan.breakpoints }

    func add(breakpoint text: String, catalogue: CommandCatalogue, file: String? = nil) throws -> Breakpoint {
        let file = file ?? stop?.range.file ?? ""
        let new = try Breakpoint(text, in: file, lines: lines, catalogue: catalogue)
        if !plan.breakpoints.contains(new) { plan.breakpoints.append(new) }
        return new
    }

    func removeBreakpoints() { plan.breakpoints = [] }

    /// The line that `until` goes to.
    func place(_ text: String, catalogue: CommandCatalogue) throws -> StepPlan.Mode {
        guard
            case .line(let file, let line) = try Breakpoint(
                text, in: stop?.range.file ?? "", lines: lines, catalogue: catalogue)
        else { throw Failure(.usage, "until takes a line: until 30") }
        return .until(file: file, line: line)
    }
}

extension LogEvent {
    /// The debugger has stopped.
    fileprivate static func debugStop(_ stop: Debugger.Stop, reason: String) -> LogEvent {
        let range = stop.range
        let source = range.source
        var text = "\(range.file):\(range.line)\(stop.step.map { "  step \"\($0)\"" } ?? "")  (\(reason))"
        if stop.isCaught {
            text += "  the script catches this failure: next and continue go on"
        } else if stop.failure == nil {
            text += "\n" + SourceExcerpt.text(source, around: range.line, current: range.line)
        } else {
            text += "  nothing is cleaned up yet: look around; again [key=value…], skip, or quit"
        }
        return LogEvent(
            "debug.stop",
            [
                "file": .text(range.file), "line": .number(range.line), "reason": .text(reason),
                "code": .text(stop.failure?.code.name ?? ""),
            ], text, role: .notice, isBlock: true)
    }
}
