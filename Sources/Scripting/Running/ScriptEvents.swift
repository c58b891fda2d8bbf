import Vocabulary

/// What happens in a script, as events.
extension LogEvent {
    static func step(title: String) -> LogEvent {
        LogEvent("step", ["title": .text(title)], title, role: .heading)
    }

    static func echo(_ text: String) -> LogEvent {
        LogEvent("echo", ["text": .text(text)], text, role: .answer, confidential: ["text"], isBlock: true)
    }

    static func skipped(why: String) -> LogEvent { LogEvent("skip", ["why": .text(why)], "skipped: \(why)") }

    /// - Parameter arguments: as evaluated: words, then `key=value`.
    static func command(_ name: String, _ arguments: [String], at range: SourceRange, isConfidential: Bool)
        -> LogEvent
    {
        LogEvent(
            "command",
            [
                "file": .text(range.file), "line": .number(range.line), "command": .text(name),
                "arguments": .list(arguments.map(EventValue.text)),
            ], "\(range.file):\(range.line): \(name)", level: .debug,
            confidential: isConfidential ? ["arguments"] : [])
    }

    static func retry(command: String, tries: Int, reason: String) -> LogEvent {
        LogEvent(
            "try", ["command": .text(command), "tries": .number(tries), "reason": .text(reason)],
            "\(command): try \(tries) failed: \(reason)", level: .debug)
    }

    static func jobStarted(name: String) -> LogEvent {
        LogEvent("job.start", ["name": .text(name)], "job \(name) started")
    }

    static func jobExited(name: String, status: Int) -> LogEvent {
        LogEvent(
            "job.exit", ["name": .text(name), "status": .number(status)],
            "job \(name) ended with status \(status)")
    }

    static func deferred(command: String, failed: String?) -> LogEvent {
        LogEvent(
            "defer.done", ["command": .text(command), "failed": EventValue(failed)],
            failed.map { "cleanup \(command) failed: \($0)" } ?? "cleanup: \(command) done", level: .debug)
    }
}
