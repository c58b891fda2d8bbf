import Synchronization

@testable import Nostr

/// What connections reported.
final class RelayReports: Sendable {
    private let list = Mutex<[RelayReport]>([])
    private let changes = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    func add(_ report: RelayReport) {
        list.withLock { $0.append(report) }
        changes.continuation.yield()
    }

    var all: [RelayReport] { list.withLock { $0 } }
    var texts: [String] { all.map { "\($0)" } }

    /// Returns when every part has been reported; one caller only.
    func wait(for parts: [String]) async {
        for await _ in changes.stream {
            let text = texts.joined(separator: "\n")
            if parts.allSatisfy(text.contains) { return }
        }
    }
}
