import Foundation
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
    private let level: LogEvent.Level
    private let terminal: Terminal

    package init(style: Style, level: LogEvent.Level, terminal: Terminal) {
        (self.style, self.level, self.terminal) = (style, level, terminal)
    }

    package func render(_ record: EventRecord) {
        let event = record.event
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

    private func print(
        _ event: LogEvent, _ style: Terminal.Style = .plain,
        lead: [(text: String, style: Terminal.Style)] = [], to stream: Terminal.Stream = .output
    ) {
        let lead = Self.branch(event) + lead
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
            lead: Self.branch(record.event) + [(ClockText.time(record.time), .dim), (" \(name)  ", .plain)])
    }

    /// What tells the output of parts apart that run at the same time.
    private static func branch(_ event: LogEvent) -> [(text: String, style: Terminal.Style)] {
        event.branch.map { [("[\($0)] ", .dim)] } ?? []
    }
}
