import Vocabulary
import Foundation

/// `sh COMMAND…`
struct ShCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("sh", "runs a command with /bin/sh and waits for it")
        description.words = .raw("COMMAND…")
        description.isRepeatable = false
        description.results = [("status", ""), ("text", "what it printed")]
        description.examples = ["sh uname -a as=system"]
        return description
    }

    func problem(in words: [Word]) -> WordProblem? { words.isEmpty ? WordProblem("sh needs a command") : nil }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        guard !call.rawWords.isEmpty else { throw Failure(.usage, "sh needs a command") }
        let process = try script.jobs.launch(
            ShellText.join(call.rawWords), log: "sh-\(UUID().uuidString.prefix(8))", script.host.environment)
        defer { unlink(process.logPath) }
        await process.hasEnded()
        if Task.isCancelled {
            await process.stop(grace: .seconds(5), clock: script.host.clock)
            throw CancellationError()
        }
        let text = process.logTail(lines: 1000).joined(separator: "\n")
        let status = process.status ?? 0
        guard status == 0 else {
            throw Failure(
                .protocolError, "the command ended with status \(status)", hints: process.logTail(lines: 8))
        }
        if !text.isEmpty { await script.emit(.result(text)) }
        return ["status": .number(Int(status)), "text": .text(text)]
    }
}
