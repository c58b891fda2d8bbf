import Scripting
import Vocabulary

/// Renders the event log for programs: one JSON object per line on the output.
package struct JSONRenderer: Sendable {
    private let terminal: Terminal

    package init(terminal: Terminal) { self.terminal = terminal }

    package func render(_ record: EventRecord) {
        guard record.event.role != .status || record.event.isMilestone else { return }
        terminal.line(record.json)
    }
}
