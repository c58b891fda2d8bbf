import Synchronization
import Vocabulary

/// What a log told, for tests.
package final class Recorded: Sendable {
    private let records = Mutex<[EventRecord]>([])

    private let changes = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    package init(_ log: EventLog) {
        log.listen { record in
            self.records.withLock { $0.append(record) }
            self.changes.continuation.yield()
        }
        changes.continuation.yield()
    }

    /// Returns when what was told fits; one caller only.
    package func until(_ isEnough: (Recorded) -> Bool) async {
        for await _ in changes.stream where isEnough(self) { return }
    }

    package var events: [LogEvent] { records.withLock { $0.map(\.event) } }
    package var names: [String] { events.map(\.name) }
    package func texts(of name: String) -> [String] { events.filter { $0.name == name }.map(\.text) }
}
