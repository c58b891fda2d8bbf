import AgentCore
import Foundation

/// `sh COMMAND…`
struct ShCommand: Command, WordChecking {
    var description: CommandDescription {
        var description = CommandDescription("sh", "runs a command with /bin/sh and waits for it")
        description.words = .raw("COMMAND…")
        description.isRepeatable = false
        description.results = [("status", ""), ("text", "what it printed")]
        description.examples = ["sh uname -a as=system"]
        return description
    }

    func problem(in words: [Word]) -> Diagnostic? {
        words.isEmpty ? Diagnostic(code: .usage, message: "sh needs a command", range: nil) : nil
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        guard !call.rawWords.isEmpty else { throw Failure(.usage, "sh needs a command") }
        let log = "\(script.host.jobDirectory)/sh-\(UUID().uuidString.prefix(8)).log"
        defer { try? FileManager.default.removeItem(atPath: log) }
        let process = try ChildProcess(
            ["/bin/sh", "-c", ShellText.join(call.rawWords)], environment: script.host.variables,
            directory: nil, logPath: log)
        await process.exit()
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
        if !text.isEmpty { script.host.log.emit(.result(text)) }
        return ["status": .number(Int(status)), "text": .text(text)]
    }
}
