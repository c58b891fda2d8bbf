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
    /// - Returns: who says when it is dealt with.
    func heard(_ rumor: Rumor, in group: [UInt8]) async -> HeardOutcome
    /// The group has another epoch, or we are no longer in it.
    func changed(_ group: [UInt8]) async
}

/// What became of a message that was handed to its keeper.
package enum HeardOutcome: Sendable {
    /// It goes out with what is shown; once that is out, no later run gets it.
    case taken
    /// Its keeper says himself when it is dealt with.
    case kept
    /// It is dealt with.
    case done
    /// It was not taken: the next run gets it again.
    case refused
}
