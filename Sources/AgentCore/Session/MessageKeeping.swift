import Marmot
import Nostr

/// Who keeps what is said in groups, beside the session that shows it: the messenger, with its archive and its readers.
package protocol MessageKeeping: Sendable {
    /// A message of ours is sealed and about to go out for the first time. Where this throws, it does not.
    ///
    /// - Parameter group: MLS id.
    func sealed(_ rumor: Rumor, as event: Event, in group: [UInt8]) throws
    /// A relay has it.
    func confirmed(_ event: EventID)
    /// Every relay refuses it; nobody tries again.
    func refused(_ event: EventID)
    /// A message of another member, of any kind; also one that an earlier run may not have passed on. Returns when there is room for
    /// the next one.
    ///
    /// - Returns: false when it was not taken: the next run gets it again.
    func heard(_ rumor: Rumor, in group: [UInt8]) async -> Bool
    /// The group has another epoch, or we are no longer in it.
    func changed(_ group: [UInt8]) async
}
