import Foundation
import Scripting
import Synchronization
import Vocabulary

/// Renders the event log for people: answers on the output, everything else on the error stream.
package struct TextRenderer: Sendable {
    /// How a conversation looks.
    package enum Style: Sendable {
        /// `pi> text`, as in `agent new`: our own words stand at the prompt already.
        case chat
        /// Replies with time and speaker; our own words stand at the prompt already.
        case prompt
        /// Both sides with time and speaker.
        case script
    }

    private let style: Style
    private let shownLevel: @Sendable () -> LogEvent.Level
    private let terminal: Terminal
    private let sessions = SeenSessions()
    private var level: LogEvent.Level { shownLevel() }

    /// - Parameter level: asked for each event: it may change while the program runs.
    package init(
        style: Style, level: @autoclosure @escaping @Sendable () -> LogEvent.Level, terminal: Terminal
    ) {
        (self.style, shownLevel, self.terminal) = (style, level, terminal)
    }

    package func render(_ record: EventRecord) {
        let event = record.event
        if event.role != .status, endsStatus(event) { terminal.status(nil) }
        switch event.role {
        case .answer: print(event)
        case .received(let speaker):
            if style == .chat {
                terminal.block(event.text, lead: [("pi> ", .plain)])
            } else {
                speech(record, speaker)
            }
        case .sent:
            if style == .script { speech(record, "you") }
        case .status: if level <= .info { status(event) }
        case .hint: print(event, lead: [("hint: ", .plain)], to: .error)
        case _ where event.level < level: return
        case .progress: print(event, .dim, lead: [("  ", .plain)], to: .error)
        case .heading: print(event, .bold, lead: [("• ", .bold)], to: .error)
        case .notice: print(event, to: .error)
        case .warning: print(event, lead: event.isBlock ? [] : [("warning: ", .plain)], to: .error)
        case .failure: print(event, .red, to: .error)
        case .record: return
        }
    }

    /// What was waited for is there, or not.
    private func endsStatus(_ event: LogEvent) -> Bool { event.name == LogEvent.commandDoneName }

    /// Where nothing can be drawn over, a line at times that grow.
    private func status(_ event: LogEvent) {
        let lead = event.branch.map { "[\($0)] " } ?? ""
        if terminal.status(lead + event.text) { return }
        if event.isMilestone { print(event, .dim, lead: [("  ", .plain)], to: .error) }
    }

    private func print(
        _ event: LogEvent, _ style: Terminal.Style = .plain,
        lead: [(text: String, style: Terminal.Style)] = [], to stream: Terminal.Stream = .output
    ) {
        let lead = whose(event) + lead
        if event.isBlock {
            terminal.block(event.text, style, lead: lead, to: stream)
        } else {
            terminal.line(event.text, style, lead: lead, to: stream)
        }
    }

    private func speech(_ record: EventRecord, _ speaker: String) {
        let name = speaker.padding(toLength: max(5, speaker.count), withPad: " ", startingAt: 0)
        terminal.block(
            record.event.text,
            lead: whose(record.event) + [(ClockText.time(record.time), .dim), (" \(name)  ", .plain)])
    }

    /// What tells the output of parts apart that run at the same time, and that of sessions once there are several.
    private func whose(_ event: LogEvent) -> [(text: String, style: Terminal.Style)] {
        let branch = event.branch.map { [(text: "[\($0)] ", style: Terminal.Style.dim)] } ?? []
        guard let session = event.session, style != .chat, branch.isEmpty, sessions.areSeveral(with: session)
        else {
            return branch
        }
        switch event.role {
        case .received, .sent, .progress, .warning: return [("[\(session)] ", .dim)]
        case .answer, .notice, .heading, .hint, .failure, .status, .record: return []
        }
    }
}

/// The sessions that events were about so far.
private final class SeenSessions: Sendable {
    private let names = Mutex<Set<String>>([])

    func areSeveral(with name: String) -> Bool {
        names.withLock { names in
            names.insert(name)
            return names.count > 1
        }
    }
}
