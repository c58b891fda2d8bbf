import Foundation
import Marmot

/// What was created at a control plane and what became of it: one JSON line per change, each on disk before the next step.
package actor ResourceLedger {
    /// One line.
    package struct Entry: Codable, Equatable, Sendable {
        package enum Change: String, Codable, Sendable {
            /// About to be created: written before the request goes out.
            case intent
            /// Exists; `id` is known.
            case created
            /// Removed, or never came to be.
            case gone
            /// Left running on purpose.
            case kept
        }

        package let key: String
        package let change: Change
        package let provider: String
        /// `vm`, `machine`, `volume`, `agent`.
        package let kind: String
        package let id: String?
        package let url: String
        /// Milliseconds since 1970.
        package let time: Int64
        /// Of an intent: what its resource is known by at the control plane, beside the suffix.
        package var marks: [String: String]?
        /// Of an intent: when we stop waiting for the answer, milliseconds since 1970.
        package var deadline: Int64?

        /// Times that a clock can have shown, the deadline not before the beginning, a time to live that can be counted with: a
        /// damaged line fails here and not in somebody's arithmetic.
        var isPlausible: Bool {
            let clock = Int64(0)...(1 << 52)
            guard clock.contains(time), deadline.map({ $0 >= time && clock.contains($0) }) ?? true else {
                return false
            }
            guard let lifetime = marks?["ttl_seconds"] else { return true }
            return Int64(lifetime).map { (0...(1 << 40)).contains($0) } ?? false
        }

        /// What things made together share: the last part of the key.
        package var suffix: String { key.split(separator: "-").last.map(String.init) ?? key }

        /// From then on the control plane has finished what the intent asked for, or never will: a search that finds nothing is
        /// an answer. (A server goes on for a while with a request whose client is gone.)
        package var settled: Int64 { (deadline ?? time + 120_000) + 60_000 }
    }

    private let path: String?
    private let now: @Sendable () -> Int64
    private var entries: [Entry]

    /// - Parameters:
    ///   - path: nil keeps the ledger in memory.
    ///   - now: milliseconds since 1970.
    package init(path: String?, now: @escaping @Sendable () -> Int64) throws {
        self.path = path
        self.now = now
        entries = try path.map(Self.entries) ?? []
    }

    /// The latest state of everything that is not gone.
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
            throw FileError(path, "cannot open it: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        let before = lseek(descriptor, 0, SEEK_END)
        let written = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard written == line.count, fsync(descriptor) == 0 else {
            // A short write sets no error number.
            let why =
                written >= 0 && written < line.count
                ? "only \(written) of \(line.count) bytes fit: the disk is full, or a limit is reached"
                : String(cString: strerror(errno))
            // A piece of a line would spoil the next one.
            ftruncate(descriptor, before)
            throw FileError(path, "cannot write it: \(why)")
        }
    }

    private struct Implausible: Error {}

    /// A last line without its end is what a crash leaves: it was never acted on, so it is dropped.
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
                    "line \(number + 1) is damaged; it was left as it is. Compare with your provider's list, then repair or move the file"
                )
            }
        }
        if let last = bytes.last, last != 10 {
            try AtomicFile.write(Array(bytes.prefix((bytes.lastIndex(of: 10) ?? -1) + 1)), to: path)
        }
        return entries
    }
}

/// The ledger's face for one provider during one provisioning.
package struct ResourceRecorder: Sendable {
    private let ledger: ResourceLedger
    private let provider: String
    private let url: String
    private let suffix: String

    package init(ledger: ResourceLedger, provider: String, url: String, suffix: String) {
        (self.ledger, self.provider, self.url, self.suffix) = (ledger, provider, url, suffix)
    }

    private func key(_ kind: String) -> String { "\(provider)-\(kind)-\(suffix)" }

    /// Before the request that creates it.
    ///
    /// - Parameters:
    ///   - marks: what it will be known by, for a search after a crash.
    ///   - limit: how long its answer is awaited.
    package func willCreate(_ kind: String, marks: [String: String], within limit: Duration) async throws {
        try await ledger.record(
            .intent, key: key(kind), provider: provider, kind: kind, id: nil, url: url, marks: marks,
            within: limit)
    }
    package func didCreate(_ kind: String, id: String) async throws { try await record(.created, kind, id) }
    package func isGone(_ kind: String, id: String?) async throws { try await record(.gone, kind, id) }
    package func isKept(_ kind: String, id: String) async throws { try await record(.kept, kind, id) }

    private func record(_ change: ResourceLedger.Entry.Change, _ kind: String, _ id: String?) async throws {
        try await ledger.record(change, key: key(kind), provider: provider, kind: kind, id: id, url: url)
    }
}
