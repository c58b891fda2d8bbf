import Synchronization
import Vocabulary

/// Keeps the events of one try, up to a limit.
final class TestRecorder: Sendable {
    private struct State {
        var records: [EventRecord] = []
        var bytes = 0
        var isCut = false
    }

    /// Of one try; a thousand files of ordinary size stay far below.
    private static let limitBytes = 8 << 20
    /// What failed, and what is being done, is kept in any case; there is little of it.
    private static let reservedBytes = 1 << 20

    private let state = Mutex(State())

    func record(_ record: EventRecord) {
        let size =
            128 + record.event.text.utf8.count
            + record.event.fields.reduce(0) { $0 + $1.key.utf8.count + $1.value.description.utf8.count }
        let isEssential = record.event.role == .failure || record.event.role == .heading
        state.withLock { state in
            let limit = Self.limitBytes + (isEssential ? Self.reservedBytes : 0)
            guard state.bytes + size <= limit else { return state.isCut = true }
            state.bytes += size
            state.records.append(record)
        }
    }

    var transcript: TestTranscript {
        state.withLock { TestTranscript(records: $0.records, isCut: $0.isCut) }
    }
}
