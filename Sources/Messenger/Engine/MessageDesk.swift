import AgentCore
import Cryptography
import Marmot
import Nostr
import Synchronization
import Vocabulary

/// Where the sessions of all groups hand in what is said: it goes into the archive, and then to whoever reads along.
package final class MessageDesk: MessageKeeping {
    private struct Readers {
        var heard: (@Sendable (Rumor, [UInt8]) async -> HeardOutcome)?
        var changed: (@Sendable ([UInt8]) async -> Void)?
        var keys: (@Sendable (MediaAttachment, [UInt8]) async -> [SecretBytes])?
    }

    package let archive: MessageArchive
    private let log: EventLog
    private let readers = Mutex(Readers())
    /// What the next message of a group answers.
    private let answers = Mutex<[[UInt8]: EventID]>([:])
    private let attached = Mutex<[[UInt8]: [SecretBytes]]>([:])

    package init(archive: MessageArchive, log: EventLog) { (self.archive, self.log) = (archive, log) }

    /// - Parameters:
    ///   - heard: gets each message with the MLS id of its group, and returns when there is room for the next one.
    ///   - keys: that may open a file of a group.
    ///   - changed: gets groups that have another epoch, or that we are no longer in.
    func read(
        heard: @escaping @Sendable (Rumor, [UInt8]) async -> HeardOutcome,
        changed: @escaping @Sendable ([UInt8]) async -> Void,
        keys: @escaping @Sendable (MediaAttachment, [UInt8]) async -> [SecretBytes]
    ) {
        readers.withLock { $0 = Readers(heard: heard, changed: changed, keys: keys) }
    }

    package func sealed(_ rumor: Rumor, as event: Event, in group: [UInt8]) throws {
        try archive.add(
            outgoing: rumor, as: event, to: group, answering: answers.withLock { $0[group] },
            mediaKeys: attached.withLock { $0[group] ?? [] })
    }

    /// - Parameter keys: of the files that the next message in the group names.
    func attach(_ keys: [SecretBytes], in group: [UInt8]) { attached.withLock { $0[group] = keys } }

    /// - Parameter message: that the next message in the group answers.
    func answer(_ message: EventID?, in group: [UInt8]) { answers.withLock { $0[group] = message } }

    package func confirmed(_ event: EventID) { archive.settle(event) }
    package func refused(_ event: EventID) { archive.settle(event, hasFailed: true) }

    package func heard(_ rumor: Rumor, in group: [UInt8]) async -> HeardOutcome {
        let past = archive.past(of: group)
        // An earlier run has answered it, and was killed before it could note that.
        if past.answered.contains(rumor.id) { return .done }
        if !EphemeralKinds.contains(rumor.kind), !past.messages.contains(rumor.id) {
            do {
                var keys: [[SecretBytes]] = []
                for attachment in MediaAttachment.all(in: rumor.tags) {
                    keys.append(await readers.withLock { $0.keys }?(attachment, group) ?? [])
                }
                try archive.add(StoredMessage(rumor: rumor, state: .received, mediaKeys: keys), to: group)
            } catch {
                log.emit(.warning("a message is missing in the history: \(error)"))
            }
        }
        guard let reader = readers.withLock({ $0.heard }) else { return .refused }
        return await reader(rumor, group)
    }

    package func changed(_ group: [UInt8]) async { await readers.withLock { $0.changed }?(group) }
}
