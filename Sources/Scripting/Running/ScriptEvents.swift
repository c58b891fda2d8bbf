import Vocabulary

extension Diagnostic {
    fileprivate var placeFields: [String: EventValue] {
        var fields: [String: EventValue] = ["step": EventValue(step)]
        if let range {
            fields["file"] = .text(range.file)
            fields["line"] = .number(range.line)
            fields["column"] = .number(range.column)
        }
        return fields
    }
}

/// What happens in a script, as events.
extension LogEvent {
    /// A failure with its place: people see a frame of the source, programs get file, line and column.
    package static func failure(_ diagnostic: Diagnostic) -> LogEvent {
        var event = LogEvent.failure(diagnostic.failure, frame: DiagnosticRenderer.render(diagnostic))
        event.fields.merge(diagnostic.placeFields) { $1 }
        return event
    }

    /// Something that may be a mistake.
    package static func warning(_ diagnostic: Diagnostic) -> LogEvent {
        var event = LogEvent.warning(
            "\(diagnostic.place): \(([diagnostic.message] + diagnostic.notes.map(\.text)).joined(separator: "; "))"
        )
        event.fields.merge(diagnostic.placeFields) { $1 }
        return event
    }

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
