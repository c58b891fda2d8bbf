import AgentCore
import Foundation

/// Renders the event log for people: answers on stdout, progress on stderr.
struct EventPrinter: Sendable {
    /// How replies look: `pi> text` in `agent new`, a line with time in the shell.
    enum Style: Sendable { case chat, shell, script }

    let style: Style
    let level: SessionEvent.Level
    let usesColor: Bool
    let output: OutputQueue

    func print(_ record: EventRecord) {
        guard record.level >= level || isAnswer(record.event) else { return }
        switch record.event {
        case .reply:
            switch style {
            case .chat: output.line("pi> \(plain(record.text))")
            case .shell, .script: output.line("\(dim(clock(record.time))) agent  \(plain(record.text))")
            }
        case .sent:
            if style == .script {
                output.line("\(dim(clock(record.time))) you    \(plain(record.text.dropFirst(6)))")
            }
        case .echo, .result: output.line(plain(record.text))
        case .step: output.line(bold("• \(plain(record.text))"), to: .error)
        case .hint: output.line("hint: \(plain(record.text))", to: .error)
        // The command that tried it fails with the same words.
        case .teardownFailed: break
        case .failure: output.line(red(plain(record.text)), to: .error)
        case .warning, .messageRejected, .removedFromGroup:
            output.line("warning: \(plain(record.text))", to: .error)
        case .relayDisconnected where record.level < level: break
        default: output.line("  " + dim(plain(record.text)), to: .error)
        }
    }

    private func isAnswer(_ event: SessionEvent) -> Bool {
        switch event {
        case .reply, .echo, .result, .hint: true
        default: false
        }
    }

    /// Text of others must not steer the terminal: control characters are shown, not sent.
    private func plain(_ text: some StringProtocol) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
                        ? "\u{fffd}" : scalar
                }))
    }

    private func clock(_ time: Int64) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.dateFormat = "HH:mm:ss"
        return formatter.string(from: Date(timeIntervalSince1970: Double(time) / 1000))
    }

    private func styled(_ code: String, _ text: String) -> String {
        usesColor ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
    }
    private func dim(_ text: String) -> String { styled("2", text) }
    private func bold(_ text: String) -> String { styled("1", text) }
    private func red(_ text: String) -> String { styled("31", text) }
}

/// Renders the event log for programs: one JSON object per line on stdout.
struct JSONPrinter: Sendable {
    let output: OutputQueue
    func print(_ record: EventRecord) { output.line(record.json) }
}
