import Scripting
import Vocabulary

/// How a run is looked at.
package struct DebugOptions: Sendable {
    /// Stops before the first statement.
    package var isStepping: Bool
    /// As `break` takes them.
    package var breakpoints: [String]

    package init(isStepping: Bool = false, breakpoints: [String] = []) {
        (self.isStepping, self.breakpoints) = (isStepping, breakpoints)
    }
}

/// Runs one script in the debugger, from its first statement to the last cleanup.
struct DebugRun {
    let debugger: Debugger
    let interpreter: Interpreter
    let sitting: Sitting
    let runner: ScriptRunner

    /// - Returns: the exit status.
    /// - Throws: `Failure` (usage) for a breakpoint that cannot be; nothing has run then.
    func run(_ script: CheckedScript, _ options: DebugOptions) async throws -> Int32 {
        do {
            await debugger.begin(sitting, script)
            for text in options.breakpoints {
                _ = try await debugger.add(
                    breakpoint: text, catalogue: interpreter.catalogue, file: script.source.name)
            }
        } catch {
            await sitting.close()
            throw error
        }
        var failure: Diagnostic?
        do {
            try await interpreter.execute(script)
        } catch is ScriptEnd {
            // `quit`, `skip`: no failure.
        } catch {
            failure = error as? Diagnostic ?? Diagnostic(.protocolError, "\(error)", nil)
        }
        failure = await debugger.lastFailure ?? failure
        await debugger.finish()
        let status = await sitting.end(runner, failure, by: sitting.concern.leaving)
        await sitting.close()
        return status
    }
}

extension CheckedScript {
    /// Whether it stops for a person somewhere (`pause`), itself or a file that it includes.
    package var hasBreakpoints: Bool {
        ([self] + included.values).contains { script in
            script.statements.commands.contains { $0.invocation.command.description.isBreakpoint }
        }
    }
}
