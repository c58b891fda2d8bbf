import AgentCore
import Foundation
import Scripting

/// Runs one parsed script from start to the last cleanup.
struct ScriptRunner: Sendable {
    let host: LiveHost
    let interpreter: Interpreter
    let output: OutputQueue

    /// One source with its statements.
    struct Part: Sendable {
        let source: ScriptSource
        let statements: [Statement]
    }

    /// Which source is running, for the frames of its errors.
    private actor CurrentPart {
        private var part: Part?
        init(_ part: Part?) { self.part = part }
        func move(to part: Part) { self.part = part }
        var renderer: DiagnosticRenderer {
            DiagnosticRenderer(name: part?.source.name ?? "", source: part?.source.text ?? "")
        }
    }

    /// - Parameter limit: for the statements; cleanup comes on top.
    /// - Returns: the exit status.
    func run(_ parts: [Part], limit: Duration? = nil) async -> Int32 {
        let log = host.log
        let place = CurrentPart(parts.last)
        let work = Task { () -> Diagnostic? in
            do {
                let execute: @Sendable () async throws -> Void = {
                    for part in parts {
                        await place.move(to: part)
                        await interpreter.say(sourceName: part.source.name)
                        try await interpreter.execute(part.statements)
                    }
                }
                if let limit {
                    try await Self.bounded(limit, execute)
                } else {
                    try await execute()
                }
                return nil
            } catch is ScriptSkipped {
                return nil
            } catch let diagnostic as Diagnostic {
                return diagnostic
            } catch {
                return Diagnostic(code: Failure(error).code, message: Failure(error).message, range: nil)
            }
        }
        let signals = InterruptCounter()
        let ending = Ending(host: host)
        Signals.shared.handle { number in
            switch signals.count(number) {
            case 1: work.cancel()
            default:
                Task {
                    let commands = await ending.manualCommands()
                    ForcedExit.now(status: 128 + number, leaving: commands)
                }
            }
        }
        let failure = await work.value
        let renderer = await place.renderer
        if let number = signals.first, failure?.code == .cancelled {
            output.line(
                "\(number == SIGINT ? "interrupted" : "ended by signal \(number)"): cleaning up (again to skip)",
                to: .error)
        }
        if let failure, failure.code == .cancelled {
            for note in failure.notes { output.line("hint: \(note)", to: .error) }
        }
        if let failure, failure.code != .cancelled {
            log.emit(.failure(code: failure.code.rawValue, message: renderer.render(failure)))
        }
        let cleanupFailures = await interpreter.cleanUp()
        let (left, hints) = await ending.settle(isScript: true)
        for hint in await interpreter.hints + hints { log.emit(.hint(hint)) }
        Signals.shared.handle(nil)
        for failure in cleanupFailures {
            log.emit(.failure(code: failure.code.rawValue, message: renderer.render(failure)))
        }
        for failure in left { log.emit(.failure(code: failure.code.rawValue, message: failure.description)) }
        if let number = signals.first, failure?.code == .cancelled { return 128 + number }
        if let failure { return failure.code.exitStatus }
        if !cleanupFailures.isEmpty || !left.isEmpty { return FailureCode.leak.exitStatus }
        return await interpreter.softFailures.first?.code.exitStatus ?? 0
    }

    private static func bounded(_ limit: Duration, _ body: @escaping @Sendable () async throws -> Void)
        async throws
    {
        do {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await body(); return true
                }
                group.addTask {
                    try await Task.sleep(for: limit); return false
                }
                defer { group.cancelAll() }
                if try await group.next() == false { throw MaxTimeExceeded(limit: limit) }
            }
        } catch let exceeded as MaxTimeExceeded {
            throw Diagnostic(
                code: .timeout, message: "the script took longer than --max-time \(exceeded.limit)",
                range: nil)
        }
    }

    private struct MaxTimeExceeded: Error { let limit: Duration }
}
