import Foundation
import Marmot
import Nostr
import Synchronization

/// How far the relays were read in earlier runs, by group and relay: `sync.json`. Losing it costs time and nothing else, so that a damaged
/// file counts as none.
package final class SyncMarkFile: Sendable {
    private struct Contents: Codable {
        struct Entry: Codable {
            var readAt: Int64
            var searchedAt: Int64
            /// `EventMark` values as hexadecimal text, oldest first.
            var latest: [String]
        }

        var version = SyncMarkFile.version
        /// Nostr group id, then relay.
        var groups: [String: [String: Entry]] = [:]
        /// By Nostr group id: since when events had no room while they waited for a change of the group. Seconds since 1970.
        var missing: [String: Int64]? = [:]
    }

    private static let version = 1
    /// Up to the year 9999, in seconds since 1970.
    private static let dates: Range<Int64> = 0..<253_402_300_800
    /// Groups that are kept, so that the file stays small.
    private static let groupLimit = 256

    private let path: String?
    private let durability: Durability
    private let contents: Mutex<Contents>

    /// - Parameter path: nil keeps the marks in memory only.
    package init(path: String?, durability: Durability = .onDisk) {
        (self.path, self.durability) = (path, durability)
        var found = Contents()
        if let path, let bytes = try? AtomicFile.read(path),
            let stored = try? JSONDecoder().decode(Contents.self, from: Data(bytes)),
            stored.version == Self.version
        {
            found = stored
        }
        contents = Mutex(found)
    }

    package func marks(of nostrGroupID: String) -> SyncMarks {
        let entries = contents.withLock { $0.groups[nostrGroupID] ?? [:] }
        var marks: [RelayURL: SyncMark] = [:]
        for (relay, entry) in entries {
            guard let url = try? RelayURL(relay), Self.dates.contains(entry.readAt),
                Self.dates.contains(entry.searchedAt)
            else { continue }
            marks[url] = SyncMark(
                readAt: entry.readAt, searchedAt: entry.searchedAt,
                latest: entry.latest.compactMap { UInt64($0, radix: 16) }.map(EventMark.init(value:)))
        }
        return SyncMarks(marks)
    }

    /// Since when events are missing that had no room. Seconds since 1970.
    package func missingSince(in nostrGroupID: String) -> Int64? {
        contents.withLock { $0.missing?[nostrGroupID] }.flatMap { Self.dates.contains($0) ? $0 : nil }
    }

    /// - Throws: `FileError`.
    package func save(_ marks: SyncMarks, of nostrGroupID: String, missingSince: Int64? = nil) throws {
        guard !marks.byRelay.isEmpty else { return }
        try contents.withLock { contents in
            var entries = contents.groups[nostrGroupID] ?? [:]
            for (relay, mark) in marks.byRelay {
                entries[relay.text] = Contents.Entry(
                    readAt: mark.readAt, searchedAt: mark.searchedAt,
                    latest: mark.latest.map { String($0.value, radix: 16) })
            }
            contents.groups[nostrGroupID] = entries
            contents.missing = contents.missing ?? [:]
            contents.missing?[nostrGroupID] = missingSince
            if contents.groups.count > Self.groupLimit {
                let oldest = contents.groups.min {
                    ($0.value.values.map(\.readAt).max() ?? 0) < ($1.value.values.map(\.readAt).max() ?? 0)
                }
                if let oldest {
                    contents.groups[oldest.key] = nil
                    contents.missing?[oldest.key] = nil
                }
            }
            guard let path else { return }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            guard let data = try? encoder.encode(contents) else { return }
            try AtomicFile.write([UInt8](data), to: path, durability: durability)
        }
    }
}
