import PikaShell
import Scripting
import Vocabulary

/// What the command line of `run` says about the debugger.
struct DebugRequest {
    private let isStepping: Bool
    private let breakpoints: [String]
    private let stopsOnFailure: Bool
    /// A person sits there: `pause` stops.
    private let isInteractive: Bool

    /// - Parameter isStepping: whatever the options say.
    /// - Throws: `Failure` (usage) where nobody can answer, or a time limit would run on while somebody thinks.
    init(_ arguments: ParsedArguments, _ terminal: Terminal, isStepping: Bool = false) throws {
        self.isStepping = isStepping || arguments.has("--step")
        breakpoints = arguments.all("--break")
        stopsOnFailure = arguments.has("--shell-on-fail")
        isInteractive =
            terminal.isInteractive && arguments.value("--max-time") == nil
            && arguments.value("--until") == nil
        guard self.isStepping || !breakpoints.isEmpty || stopsOnFailure else { return }
        for option in ["--max-time", "--until"] where arguments.value(option) != nil {
            throw Failure(
                .usage, "\(option) does not go with the debugger",
                hints: ["at its prompt, `until LINE` runs on to a line, and `quit` ends"])
        }
        if arguments.positionals.contains("-") {
            throw Failure(.usage, "the debugger reads its commands from stdin: the script must be a file")
        }
        // Commands from a pipe are fine where a script is stepped through on purpose.
        if !self.isStepping, !terminal.isInteractive {
            throw Failure(
                .usage, "\(stopsOnFailure ? "--shell-on-fail" : "--break") needs a terminal",
                hints: ["pikachat debug FILE takes the debugger's commands from a pipe"])
        }
    }

    /// Nil where the script simply runs.
    func options(for script: CheckedScript) -> DebugOptions? {
        guard isStepping || !breakpoints.isEmpty || stopsOnFailure || isInteractive && script.hasBreakpoints
        else { return nil }
        return DebugOptions(isStepping: isStepping, breakpoints: breakpoints)
    }
}
