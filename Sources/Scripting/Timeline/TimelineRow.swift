import Vocabulary

/// Something that took time, or a moment at which something happened.
package struct TimelineRow: Equatable, Sendable {
    package enum Kind: String, Sendable { case step, command, http, moment }

    package let kind: Kind
    package let label: String
    /// The session that it concerns, where there is one.
    package var session: String?
    /// Milliseconds since 1970.
    package let began: Int64
    package let ms: Int
    package var isFailed = false

    package init(
        _ kind: Kind, _ label: String, began: Int64, ms: Int = 0, isFailed: Bool = false,
        session: String? = nil
    ) {
        (self.kind, self.label, self.began, self.ms, self.isFailed) = (kind, label, began, ms, isFailed)
        self.session = session
    }

    package var ended: Int64 { began + Int64(ms) }

    /// What is drawn as a moment.
    private static let moments: Set<String> = [
        "sent", "reply", "message", "relay.up", "relay.down", "keypackage.found", "keypackage.ignored",
        "welcome.sent", "epoch", "removed", "job.start", "job.exit", "provision.done", "teardown.done",
        "teardown.failed",
    ]
    /// Moments whose text says more than their name, and nothing that people say to each other.
    private static let told: Set<String> = [
        "relay.up", "relay.down", "keypackage.found", "keypackage.ignored", "welcome.sent", "epoch",
        "removed",
        "job.start", "job.exit", "provision.done", "teardown.done", "teardown.failed",
    ]

    /// What an event has to tell; nil for one that takes no place in a timeline.
    ///
    /// - Parameter texts: moments are told with their text; only their names otherwise.
    package init?(
        name: String, time: Int64, fields: [String: EventValue], text: String? = nil, session: String? = nil
    ) {
        let ms = if case .number(let ms)? = fields["ms"] { ms } else { 0 }
        switch name {
        case LogEvent.commandDoneName:
            let code = fields["code"]?.description ?? ""
            let tries = if case .number(let tries)? = fields["tries"] { tries } else { 1 }
            let line = fields["line"].map { "\($0): " } ?? ""
            self.init(
                .command,
                line + (fields["command"]?.description ?? "") + (tries > 1 ? " (\(tries) tries)" : "")
                    + (code.isEmpty ? "" : " \(code)"), began: time - Int64(ms), ms: ms,
                isFailed: !code.isEmpty, session: session)
        case LogEvent.httpName:
            let answer = fields["status"]?.description ?? ""
            self.init(
                .http,
                "\(fields["method"]?.description ?? "") \(fields["path"]?.description ?? "") → \(answer.isEmpty ? fields["failed"]?.description ?? "" : answer)",
                began: time - Int64(ms), ms: ms, session: session)
        case _ where Self.moments.contains(name):
            self.init(
                .moment, Self.told.contains(name) ? text ?? name : name, began: time, session: session)
        default: return nil
        }
    }
}
