/// Something that happened: what the event log records, and what every renderer, journal and report is made from.
///
/// An event is plain data. Each layer defines its own as static functions, and so does a program that embeds the shell:
///
/// ```swift
/// extension LogEvent {
///     static func deployed(_ version: String) -> LogEvent {
///         LogEvent("deploy.done", ["version": .text(version)], "version \(version) is live")
///     }
/// }
/// ```
public struct LogEvent: Equatable, Sendable {
    /// How important an event is; a terminal shows those from a chosen level on.
    public enum Level: Int, Comparable, Sendable {
        /// From the most talkative to the most serious.
        case trace, debug, info, warn, error
        public static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
    }

    /// What an event is to the person who reads it. Renderers choose stream and style by it, never by the event's name.
    public enum Role: Equatable, Sendable {
        /// What a command was asked for; shown at every level, on standard output.
        case answer
        /// Somebody else's words in a conversation, shown like an answer.
        case received(from: String)
        /// Our own words in a conversation.
        case sent
        /// What is going on.
        case progress
        /// A plain word to the person at the terminal.
        case notice
        /// The title of a part of the script.
        case heading
        /// Advice; shown at every level.
        case hint
        /// Something that should be known, without being a failure.
        case warning
        /// What failed, and what to do about it.
        case failure
        /// How far something is at this moment: a terminal shows the latest, in a line that goes away.
        case status
        /// A record for programs: never shown to people.
        case record
    }

    /// Dotted and in lower case: `relay.down`.
    public let name: String
    /// For programs. The names `event`, `time`, `session` and `branch` are taken.
    public var fields: [String: EventValue]
    /// For people: one line, or several where `isBlock` says so.
    public var text: String
    /// What it is to the person who reads it.
    public var role: Role
    /// Below the level of a terminal it is not shown there, unless its role says otherwise.
    public var level: Level
    /// The session that it concerns; nil for what concerns none, or all.
    public var session: String?
    /// The part that it comes from, where parts of a script run at the same time.
    public internal(set) var branch: String?
    /// Names of fields that hold what people say to each other. A journal keeps their length only.
    public var confidential: Set<String>
    /// Whether the line ends of `text` are meant. Elsewhere they are shown as a sign: text from outside must not look like a line of
    /// ours.
    public var isBlock: Bool

    /// - Parameters:
    ///   - text: nil takes the name.
    ///   - level: nil takes what the role suggests.
    public init(
        _ name: String, _ fields: [String: EventValue] = [:], _ text: String? = nil, role: Role = .progress,
        level: Level? = nil, session: String? = nil, confidential: Set<String> = [], isBlock: Bool = false
    ) {
        self.name = name
        self.fields = fields
        self.text = text ?? name
        self.role = role
        self.level = level ?? role.usualLevel
        self.session = session
        branch = Branch.label
        self.confidential = confidential
        self.isBlock = isBlock
    }

    /// The same event with every text put through `change`.
    func mapTexts(_ change: (String) -> String) -> LogEvent {
        var mapped = self
        mapped.fields = fields.mapValues { $0.mapTexts(change) }
        mapped.text = change(text)
        mapped.session = session.map(change)
        mapped.branch = branch.map(change)
        if case .received(let speaker) = role { mapped.role = .received(from: change(speaker)) }
        return mapped
    }
}

extension LogEvent.Level {
    /// By the names that options and commands use, from the most serious on.
    package static let names: [(name: String, level: LogEvent.Level)] = [
        ("error", .error), ("warn", .warn), ("info", .info), ("debug", .debug), ("trace", .trace),
    ]

    /// - Returns: nil for a name that no level has.
    package init?(named name: String) {
        guard let level = Self.names.first(where: { $0.name == name })?.level else { return nil }
        self = level
    }
}

extension LogEvent.Role {
    var usualLevel: LogEvent.Level {
        switch self {
        case .warning: .warn
        case .failure: .error
        case .record, .status: .debug
        case .answer, .received, .sent, .progress, .notice, .heading, .hint: .info
        }
    }
}

extension LogEvent {
    /// Something that a person should know, without being a failure.
    public static func warning(_ text: String) -> LogEvent {
        LogEvent("warning", ["text": .text(text)], text, role: .warning)
    }

    /// A plain word to the person at the terminal.
    package static func notice(_ text: String, isBlock: Bool = false) -> LogEvent {
        LogEvent("notice", ["text": .text(text)], text, role: .notice, isBlock: isBlock)
    }

    /// What a command was asked for, a line or several.
    public static func result(_ text: String) -> LogEvent {
        LogEvent(
            "result", ["text": .text(text)], text, role: .answer, confidential: ["text"], isBlock: true)
    }

    /// What a command was asked for, in rows. Whatever comes from outside stays in its row: line ends in it begin no row of their own.
    public static func result(rows: [String]) -> LogEvent {
        .result(rows.map { VisibleText.hanging($0) }.joined(separator: "\n"))
    }

    /// Advice that is shown at the end.
    public static func hint(_ text: String) -> LogEvent {
        LogEvent("hint", ["text": .text(text)], text, role: .hint)
    }

    /// Something that went over the wire, for people who want to see that.
    static func trace(_ entry: TraceEntry, _ detail: TraceDetail, _ masking: Masking) -> LogEvent {
        let end = "  #\(entry.number)"
        var lines = [VisibleText.line(entry.line) + end]
        if detail == .full { lines += entry.details(limitBytes: 8 << 10, masking).map { "    " + $0 } }
        return LogEvent(
            "trace",
            [
                "channel": .text(entry.channel.rawValue), "number": .number(entry.number),
                "line": .text(entry.line),
            ], lines.joined(separator: "\n"), confidential: ["line"], isBlock: true)
    }

    /// A failure as it is reported.
    ///
    /// - Parameter frame: the text for people, where it is more than the failure's own words.
    public static func failure(_ failure: Failure, frame: String? = nil) -> LogEvent {
        LogEvent(
            "fail",
            [
                "code": .text(failure.code.name), "message": .text(failure.message),
                "hints": .list(failure.hints.map(EventValue.text)),
            ],
            frame ?? "error: \(failure.description)", role: .failure, confidential: ["message", "hints"],
            isBlock: true)
    }
}
