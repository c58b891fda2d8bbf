import Cryptography
import Foundation
import Marmot
import Nostr
import Synchronization

/// What was said in the groups, in files of the state directory: `messages/GROUP.ndjson`, one message a line in the order of arrival, and
/// `outbox/EVENT.json` for each message of ours that no relay has confirmed yet.
///
/// Nothing is synced to disk here: what a power failure takes from the history, MLS has stored until it was passed on.
package final class MessageArchive: Sendable {
    /// A file that is larger becomes `.old`, and a new one begins; the one that was `.old` goes.
    private static let limitBytes = 32 << 20
    /// Messages are ordered by their dates; so many lines more than wanted are looked at, because they arrive in another order.
    private static let slack = 1000
    /// Names of groups are at most so long in bytes; longer ids are hashed.
    private static let nameLimit = 64

    private let directory: String
    private let calls = Mutex(())
    /// By group, once somebody has asked.
    private let pasts = Mutex<[[UInt8]: PastMessages]>([:])
    private static let tailBytes: UInt64 = 1 << 20

    /// - Parameter directory: the state directory, locked by the caller.
    package init(directory: String) { self.directory = directory }

    private func path(of group: [UInt8]) -> String {
        let name = group.count <= Self.nameLimit ? Hex.encode(group) : Hex.encode(SHA256.hash(group))
        return "\(directory)/messages/\(name).ndjson"
    }

    private func outbox(_ event: EventID) -> String { "\(directory)/outbox/\(event.hex).json" }

    // MARK: Writing

    /// - Throws: `FileError`.
    package func add(_ message: StoredMessage, to group: [UInt8]) throws {
        try append(message.json, to: group)
    }

    /// A message of ours before it goes out for the first time.
    ///
    /// - Parameters:
    ///   - message: that it answers.
    ///   - mediaKeys: of its files, in their order.
    /// - Throws: `FileError`.
    package func add(
        outgoing rumor: Rumor, as event: Event, to group: [UInt8], answering message: EventID? = nil,
        mediaKeys: [SecretBytes] = []
    ) throws {
        try makeDirectory("outbox")
        let outgoing = OutgoingEvent(group: group, event: event, answered: message)
        // From here on the message has its answer, whatever happens to this process.
        try AtomicFile.write(Array(outgoing.json.utf8), to: outbox(event.id), durability: .none)
        try add(
            StoredMessage(rumor: rumor, event: event.id, state: .sent, mediaKeys: mediaKeys.map { [$0] }),
            to: group)
    }

    /// A relay has the event, or nobody tries to send it any more: then it `failed`.
    package func settle(_ event: EventID, hasFailed: Bool = false) {
        let path = outbox(event)
        if let entry = try? OutgoingEvent(path: path) {
            // Where these cannot be written, the message counts as sent, and as no answer: that is history only.
            if hasFailed { try? append(StoredMessage.failure(of: event), to: entry.group) }
            if let message = entry.answered {
                try? append(StoredMessage.answer(to: message), to: entry.group)
            }
        }
        unlink(path)
    }

    /// What earlier runs have left of a group, as far as its messages may come once more: a message comes again soon or never, so that only
    /// the end of the file is looked at, once.
    func past(of group: [UInt8]) -> PastMessages {
        pasts.withLock { pasts in
            if let known = pasts[group] { return known }
            // In this order: what leaves the outbox meanwhile is in the file before that.
            let waiting = outgoing().filter { $0.group == group }.compactMap(\.answered)
            let lines = tail(of: group)
            let past = PastMessages(
                messages: Set(lines.compactMap(StoredMessage.message(in:))),
                answered: Set(waiting + lines.compactMap(StoredMessage.answered(in:))))
            pasts[group] = past
            return past
        }
    }

    /// The last lines of a group's file.
    private func tail(of group: [UInt8]) -> [ArraySlice<UInt8>] {
        guard let file = FileHandle(forReadingAtPath: path(of: group)) else { return [] }
        defer { try? file.close() }
        guard let end = try? file.seekToEnd(),
            (try? file.seek(toOffset: end - min(end, Self.tailBytes))) != nil,
            let data = try? file.readToEnd()
        else { return [] }
        return [UInt8](data).split(separator: 10)
    }

    private func append(_ line: String, to group: [UInt8]) throws {
        try makeDirectory("messages")
        let path = path(of: group)
        try calls.withLock { _ in
            var status = stat()
            if stat(path, &status) == 0, status.st_size > Self.limitBytes { rename(path, path + ".old") }
            try AtomicFile.append(Array((line + "\n").utf8), to: path)
        }
    }

    private func makeDirectory(_ name: String) throws {
        let path = "\(directory)/\(name)"
        guard mkdir(path, 0o700) != 0, errno != EEXIST else { return }
        throw FileError(path, "cannot create the directory: \(String(cString: strerror(errno)))")
    }

    // MARK: Reading

    /// Messages of ours that no relay has confirmed, oldest first.
    package func outgoing() -> [OutgoingEvent] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(directory)/outbox")) ?? []
        return names.filter { $0.hasSuffix(".json") }
            .compactMap { try? OutgoingEvent(path: "\(directory)/outbox/\($0)") }
            .sorted { ($0.event.createdAt, $0.event.id) < ($1.event.createdAt, $1.event.id) }
    }

    /// The newest messages of a group, newest first by date, then by arrival.
    ///
    /// - Parameters:
    ///   - before: only those behind this one in that order; nil for all.
    ///   - since: none that is older. Seconds since 1970.
    /// - Returns: nil where `before` is not among them.
    /// - Throws: `FileError`.
    package func messages(
        of group: [UInt8], limit: Int, before: EventID? = nil, since: Int64? = nil
    ) throws -> [StoredMessage]? {
        var text: [UInt8] = []
        for path in [path(of: group) + ".old", path(of: group)] { text += try AtomicFile.read(path) ?? [] }
        var lines = text.split(separator: 10)
        if before == nil { lines = lines.suffix(limit + Self.slack) }
        var found: [(number: Int, message: StoredMessage)] = []
        var known = Set<EventID>()
        var failed = Set<EventID>()
        for (number, line) in lines.enumerated() {
            if let update = StoredMessage.failedEvent(in: line) {
                failed.insert(update)
            } else if let message = StoredMessage(json: line), known.insert(message.id).inserted {
                found.append((number, message))
            }
        }
        found.sort {
            ($0.message.rumor.createdAt, $0.number) > ($1.message.rumor.createdAt, $1.number)
        }
        var messages = found.map(\.message)
        if let before {
            guard let place = messages.firstIndex(where: { $0.id == before }) else { return nil }
            messages.removeFirst(place + 1)
        }
        if let since { messages.removeAll { $0.rumor.createdAt < since } }
        return messages.prefix(limit).map { message in
            var message = message
            if let event = message.event {
                if failed.contains(event) {
                    message.state = .failed
                } else if access(outbox(event), F_OK) == 0 {
                    message.state = .pending
                }
            }
            return message
        }
    }

    /// A message by its id, and the group that it was said in.
    ///
    /// - Throws: `FileError`.
    package func message(_ id: EventID, in groups: [[UInt8]]) throws -> (
        group: [UInt8], message: StoredMessage
    )? {
        for group in groups {
            let messages = try messages(of: group, limit: .max - Self.slack) ?? []
            if let found = messages.first(where: { $0.id == id }) { return (group, found) }
        }
        return nil
    }
}

/// Messages of a group that earlier runs have dealt with, more or less.
struct PastMessages: Sendable {
    /// That are in the archive.
    let messages: Set<EventID>
    /// That have an answer of ours.
    let answered: Set<EventID>
}
