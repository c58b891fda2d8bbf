import AgentCore
import Marmot
import Nostr
import Synchronization
import Vocabulary

/// Where the sessions of all groups hand in what is said: it goes into the archive, and then to whoever reads along.
package final class MessageDesk: MessageKeeping {
    private struct Readers {
        var heard: (@Sendable (Rumor, [UInt8]) async -> Bool)?
        var changed: (@Sendable ([UInt8]) async -> Void)?
    }

    package let archive: MessageArchive
    private let log: EventLog
    private let readers = Mutex(Readers())

    package init(archive: MessageArchive, log: EventLog) { (self.archive, self.log) = (archive, log) }

    /// - Parameters:
    ///   - heard: gets each message with the MLS id of its group, and returns when there is room for the next one: false where it was not taken.
    ///   - changed: gets groups that have another epoch, or that we are no longer in.
    func read(
        heard: @escaping @Sendable (Rumor, [UInt8]) async -> Bool,
        changed: @escaping @Sendable ([UInt8]) async -> Void
    ) {
        readers.withLock { $0 = Readers(heard: heard, changed: changed) }
    }

    package func sealed(_ rumor: Rumor, as event: Event, in group: [UInt8]) throws {
        try archive.add(outgoing: rumor, as: event, to: group)
    }

    package func confirmed(_ event: EventID) { archive.settle(event) }
    package func refused(_ event: EventID) { archive.settle(event, hasFailed: true) }

    package func heard(_ rumor: Rumor, in group: [UInt8]) async -> Bool {
        if !EphemeralKinds.contains(rumor.kind) {
            do {
                try archive.add(StoredMessage(rumor: rumor, state: .received), to: group)
            } catch {
                log.emit(.warning("a message is missing in the history: \(error)"))
            }
        }
        guard let reader = readers.withLock({ $0.heard }) else { return false }
        return await reader(rumor, group)
    }

    package func changed(_ group: [UInt8]) async { await readers.withLock { $0.changed }?(group) }
}

/// What is of the moment only, and in no history.
enum EphemeralKinds {
    static let typing = EventKind(rawValue: 20_067)

    static func contains(_ kind: EventKind) -> Bool { kind.retention == .ephemeral }
}
