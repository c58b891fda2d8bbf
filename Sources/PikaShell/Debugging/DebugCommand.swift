import Scripting
import Vocabulary

/// One of the commands that only the debugger's prompt has.
struct DebugCommand: Command {
    let description: CommandDescription
    private let debugger: Debugger
    private let act: @Sendable (CommandCall, Debugger, Interpreter) async throws -> Debugger.Word?

    private init(
        _ name: String, _ summary: String, words: CommandDescription.Words = .none, aliases: [String] = [],
        details: [String] = [], of debugger: Debugger,
        _ act: @escaping @Sendable (CommandCall, Debugger, Interpreter) async throws -> Debugger.Word?
    ) {
        var description = CommandDescription(name, summary)
        description.aliases = aliases
        description.words = words
        description.repetition = .instant
        description.details = details
        (self.description, self.debugger, self.act) = (description, debugger, act)
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        guard let word = try await act(call, debugger, script) else { return [:] }
        await debugger.say(word)
        throw ScriptEnd.stopped
    }

    static func all(of debugger: Debugger) -> [any Command] {
        [
            DebugCommand(
                "next", "runs the statement, with all that is inside of it", aliases: ["n"],
                details: ["An empty line does the last next or into again."], of: debugger
            ) { _, debugger, _ in .go(.over(depth: await debugger.stop?.depth ?? 0)) },
            DebugCommand("into", "goes to the next statement, also inside of blocks and files", of: debugger)
            {
                _, _, _ in .go(.into)
            },
            DebugCommand(
                "continue", "runs on to the next breakpoint, failure or the end", aliases: ["c"], of: debugger
            ) { _, _, _ in .go(.run) },
            DebugCommand("until", "runs on to a line", words: .text("LINE", required: true), of: debugger) {
                call, debugger, script in
                .go(try await debugger.place(call.text, catalogue: script.catalogue))
            },
            DebugCommand(
                "break", "stops there from now on; without a word, tells where it stops",
                words: .text("LINE|COMMAND|failure|CODE|off", required: false), aliases: ["b"],
                details: [
                    "LINE is one of this file, or FILE:LINE. failure stops also at failures that the script catches, a code at those of that code.",
                    "off forgets all of them.",
                ], of: debugger, stopping),
            DebugCommand(
                "skip", "leaves the statement out; after a failure, goes on behind it",
                details: ["After a failure the run goes on, and its status stays that of the failure."],
                of: debugger
            ) { _, _, _ in .skip },
            DebugCommand(
                "again", "runs the command that failed again, with changes", words: .raw("[key=value]…"),
                aliases: ["retry", "!!"], details: ["again within=60s"], of: debugger
            ) { call, debugger, _ in
                guard let stop = await debugger.stop, stop.failure != nil else {
                    throw Failure(
                        .usage, "nothing has failed here", hints: ["next runs the statement that is shown"])
                }
                guard !stop.isCaught else {
                    throw Failure(
                        .usage, "the script catches this failure: its command cannot run again here",
                        hints: ["next goes on; the command itself can be typed"])
                }
                return .again(call.writtenWords)
            },
            DebugCommand(
                "list", "shows the script around the place", words: .text("LINE", required: false),
                of: debugger
            ) {
                call, debugger, script in
                guard let range = await debugger.stop?.range else { return nil }
                let line = try call.words.isEmpty ? range.line : Self.line(call.text)
                await script.emit(
                    .result(SourceExcerpt.text(range.source, around: line, current: range.line)))
                return nil
            },
            DebugCommand("where", "tells the place, and what led there", of: debugger) {
                _, debugger, script in
                guard let stop = await debugger.stop else { return nil }
                let step = stop.step.map { "  step \"\($0)\"" } ?? ""
                let here = "\(stop.range.file):\(stop.range.line)\(step)"
                await script.emit(.result(rows: [here] + (await script.includers)))
                return nil
            },
        ]
    }

    private static func line(_ text: String) throws -> Int {
        guard let line = Int(text), line > 0 else {
            throw Failure(.usage, "\(text) is not the number of a line")
        }
        return line
    }

    private static let stopping:
        @Sendable (CommandCall, Debugger, Interpreter) async throws -> Debugger.Word? =
            { call, debugger, script in
                switch call.text {
                case "":
                    let all = await debugger.breakpoints.map(\.description)
                    await script.emit(.result(rows: all.isEmpty ? ["no breakpoints"] : all))
                case "off":
                    await debugger.removeBreakpoints()
                    await script.emit(.result("no breakpoints"))
                default:
                    let new = try await debugger.add(breakpoint: call.text, catalogue: script.catalogue)
                    await script.emit(.result("stops at \(new)"))
                }
                return nil
            }
}
