import Foundation
import Marmot
import Vocabulary

/// The record of every resource created at a control plane and of what became of it: one JSON line per
/// change, each on disk before the next step begins.
package actor ResourceLedger {
    /// One change; one line of the file.
    package struct Entry: Codable, Equatable, Sendable {
        package enum Change: String, Codable, Sendable {
            /// About to be created; written before the request is sent.
            case intent
            /// Created; `id` is known.
            case created
            /// Removed, or never created.
            case gone
            /// Left running because somebody asked for it.
            case kept
        }

        package let key: String
        package let change: Change
        package let provider: String
        /// `vm`, `machine`, `volume` or `agent`.
        package let kind: String
        package let id: String?
        package let url: String
        /// Milliseconds since 1970.
        package let time: Int64
        /// Of an intent: what identifies the resource at the control plane, in addition to the suffix.
        package var marks: [String: String]?
        /// Of an intent: when we stop waiting for the answer, in milliseconds since 1970.
        package var deadline: Int64?

        /// Whether the times are ones that a clock can have shown, the deadline is not before the start, and
        /// the time to live is a sensible number. A damaged line is rejected here instead of overflowing
        /// somebody's arithmetic.
        var isPlausible: Bool {
            let clock = Int64(0)...(1 << 52)
            guard clock.contains(time), deadline.map({ $0 >= time && clock.contains($0) }) ?? true else {
                return false
            }
            guard let lifetime = marks?["ttl_seconds"] else { return true }
            return Int64(lifetime).map { (0...(1 << 40)).contains($0) } ?? false
        }

        /// Shared by the resources of one agent: the last part of the key.
        package var suffix: String { key.split(separator: "-").last.map(String.init) ?? key }

        /// When the outcome of an intent is final, in milliseconds since 1970: from then on a search that
        /// finds nothing proves that nothing was created. (A server may go on working on a request after its
        /// client has gone.)
        package var settled: Int64 { (deadline ?? time + 120_000) + 60_000 }
    }

    private let path: String?
    private let durability: Durability
    private let now: @Sendable () -> Int64
    private var entries: [Entry]

    /// - Parameters:
    ///   - path: nil keeps the ledger in memory.
    ///   - now: milliseconds since 1970.
    package init(
        path: String?, durability: Durability = .onDisk, now: @escaping @Sendable () -> Int64
    ) throws {
        (self.path, self.durability) = (path, durability)
        self.now = now
        entries = try path.map(Self.entries) ?? []
    }

    /// The latest entry of every resource that is not gone.
    package var open: [Entry] {
        var latest: [String: Entry] = [:]
        var order: [String] = []
        for entry in entries {
            if latest[entry.key] == nil { order.append(entry.key) }
            latest[entry.key] = entry
        }
        return order.compactMap { latest[$0] }.filter { $0.change != .gone }
    }

    package func record(
        _ change: Entry.Change, key: String, provider: String, kind: String, id: String?, url: String,
        marks: [String: String]? = nil, within: Duration? = nil
    ) throws {
        let time = now()
        let entry = Entry(
            key: key, change: change, provider: provider, kind: kind, id: id, url: url, time: time,
            marks: marks, deadline: within.map { time + $0.components.seconds * 1000 })
        if let path { try append(entry, to: path) }
        entries.append(entry)
    }

    private func append(_ entry: Entry, to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let line = [UInt8](try encoder.encode(entry)) + [10]
        let descriptor = Foundation.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw FileError(path, "cannot be opened: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        let before = lseek(descriptor, 0, SEEK_END)
        let written = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard written == line.count, durability == .none || fsync(descriptor) == 0 else {
            // A short write does not set errno.
            let why =
                written >= 0 && written < line.count
                ? "only \(written) of \(line.count) bytes were written: the disk is full, or a size limit was reached"
                : String(cString: strerror(errno))
            // Part of a line would corrupt the next one.
            ftruncate(descriptor, before)
            throw FileError(path, "cannot be written: \(why)")
        }
    }

    private struct Implausible: Error {}

    /// Reads the file. An incomplete last line is the trace of a crash; it was never acted on and is dropped.
    package static func entries(at path: String) throws -> [Entry] {
        guard let bytes = try AtomicFile.read(path) else { return [] }
        var entries: [Entry] = []
        let lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() where !line.isEmpty {
            do {
                let entry = try JSONDecoder().decode(Entry.self, from: Data(line))
                guard entry.isPlausible else { throw Implausible() }
                entries.append(entry)
            } catch {
                if number == lines.count - 1 { break }
                throw FileError(
                    path,
                    "line \(number + 1) is damaged; the file was not changed. Compare it with your provider's list, then repair the file or move it away"
                )
            }
        }
        if let last = bytes.last, last != 10 {
            try AtomicFile.write(Array(bytes.prefix((bytes.lastIndex(of: 10) ?? -1) + 1)), to: path)
        }
        return entries
    }
}

/// Writes the ledger entries of one agent while it is provisioned and removed.
package struct ResourceRecorder: Sendable {
    private let ledger: ResourceLedger
    private let provider: String
    private let url: String
    private let suffix: String

    package init(ledger: ResourceLedger, provider: String, url: String, suffix: String) {
        (self.ledger, self.provider, self.url, self.suffix) = (ledger, provider, url, suffix)
    }

    private func key(_ kind: String) -> String { "\(provider)-\(kind)-\(suffix)" }

    /// Records an intent; call it before sending the request that creates the resource.
    ///
    /// - Parameters:
    ///   - marks: what identifies the resource, for a search after a crash.
    ///   - limit: how long we wait for the answer.
    package func willCreate(_ kind: String, marks: [String: String], within limit: Duration) async throws {
        try await ledger.record(
            .intent, key: key(kind), provider: provider, kind: kind, id: nil, url: url, marks: marks,
            within: limit)
    }
    /// The intent of this kind that is still open, and the ids that the ledger accounts for beside it.
    package func intent(_ kind: String) async -> (intent: ResourceLedger.Entry, known: Set<String>)? {
        guard let entry = await ledger.open.first(where: { $0.key == key(kind) && $0.change == .intent })
        else {
            return nil
        }
        return (entry, await ledger.knownIDs(at: entry))
    }

    package func didCreate(_ kind: String, id: String) async throws { try await record(.created, kind, id) }
    package func isGone(_ kind: String, id: String?) async throws { try await record(.gone, kind, id) }
    package func isKept(_ kind: String, id: String) async throws { try await record(.kept, kind, id) }

    private func record(_ change: ResourceLedger.Entry.Change, _ kind: String, _ id: String?) async throws {
        try await ledger.record(change, key: key(kind), provider: provider, kind: kind, id: id, url: url)
    }
}
