import Vocabulary

extension Diagnostic {
    fileprivate var placeFields: [String: EventValue] {
        var fields: [String: EventValue] = ["step": EventValue(step)]
        if let rule { fields["rule"] = .text(rule.id) }
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

    /// What a rule of `check` has found, at its place in the source.
    package static func finding(_ diagnostic: Diagnostic) -> LogEvent {
        let frame = DiagnosticRenderer.render(diagnostic, as: "warning[\(diagnostic.rule?.id ?? "")]")
        var event = LogEvent(
            "warning", ["text": .text(diagnostic.message)], frame, role: .warning, isBlock: true)
        event.fields.merge(diagnostic.placeFields) { $1 }
        event.fields["fix"] = EventValue(diagnostic.fix?.title)
        return event
    }

    static func step(title: String, at range: SourceRange) -> LogEvent {
        LogEvent(
            "step", ["title": .text(title), "file": .text(range.file), "line": .number(range.line)], title,
            role: .heading)
    }

    static func echo(_ text: String) -> LogEvent {
        LogEvent("echo", ["text": .text(text)], text, role: .answer, confidential: ["text"], isBlock: true)
    }

    package static func skipped(why: String) -> LogEvent {
        LogEvent(skipName, ["why": .text(why)], "skipped: \(why)")
    }

    /// The rest of the script does not run, and that is no failure.
    package var isSkip: Bool { name == Self.skipName }
    private static let skipName = "skip"

    /// - Parameter arguments: as evaluated: words, then `key=value`.
    static func command(_ command: CommandDescription, _ arguments: [String], at range: SourceRange)
        -> LogEvent
    {
        LogEvent(
            "command",
            [
                "file": .text(range.file), "line": .number(range.line), "command": .text(command.name),
                "arguments": .list(arguments.map(EventValue.text)), "declares": .flag(command.isDeclaration),
            ], "\(range.file):\(range.line): \(command.name)", level: .debug,
            confidential: command.isConfidential ? ["arguments"] : [])
    }

    /// - Parameter code: of its failure; empty when it did what it should.
    static func commandDone(_ name: String, at range: SourceRange, ms: Int, tries: Int, code: String)
        -> LogEvent
    {
        LogEvent(
            commandDoneName,
            [
                "file": .text(range.file), "line": .number(range.line), "command": .text(name),
                "ms": .number(ms), "tries": .number(tries), "code": .text(code),
            ], "\(range.file):\(range.line): \(name) \(code.isEmpty ? "done" : code) after \(ms) ms",
            role: .record)
    }

    package static let commandDoneName = "command.done"

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
            jobExitName, ["name": .text(name), "status": .number(status)],
            "job \(name) ended with status \(status)")
    }

    /// The end of a job's log, when the run has failed.
    package static func jobLog(name: String, lines: [String]) -> LogEvent {
        LogEvent(
            "job.log", ["name": .text(name), "lines": .list(lines.map(EventValue.text))],
            ([name] + lines).joined(separator: "\n"), role: .record, isBlock: true)
    }

    static func deferred(command: String, failed: String?) -> LogEvent {
        LogEvent(
            "defer.done", ["command": .text(command), "failed": EventValue(failed)],
            failed.map { "cleanup \(command) failed: \($0)" } ?? "cleanup: \(command) done", level: .debug)
    }
}
