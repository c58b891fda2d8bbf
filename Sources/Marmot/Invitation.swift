import Cryptography
import Nostr

/// A Welcome that was opened, and what joining by it would lead to. Nothing has been joined.
package struct Invitation: Equatable, Sendable {
    /// The event that carried it.
    package let wrapID: EventID
    /// Of kind 444, by whoever invites us.
    package let rumor: Rumor
    /// Hexadecimal.
    package let nostrGroupID: String
    package let groupName: String

    package init(wrapID: EventID, rumor: Rumor, nostrGroupID: String, groupName: String) {
        (self.wrapID, self.rumor) = (wrapID, rumor)
        (self.nostrGroupID, self.groupName) = (nostrGroupID, groupName)
    }

    package var inviter: XOnlyKey { rumor.author }
}

extension MarmotClient {
    /// What a gift wrap turned out to be.
    package enum Opened: Equatable, Sendable {
        case invitation(Invitation)
        /// It invites us to a group that we are still in: look again once we were removed.
        case early
        /// A Welcome to a group that we know, or something else than a Welcome.
        case nothing
    }

    /// Opens a gift wrap, and looks at what it invites us to, without joining.
    ///
    /// - Parameter isAllowed: whether that account may invite us; asked before anything costly happens.
    /// - Throws: `GiftWrapError`, `MarmotError` or `MLSError` for one that cannot be joined.
    package func open(_ wrap: Event, allowing isAllowed: (XOnlyKey) -> Bool) throws -> Opened {
        let rumor = try GiftWrap.unwrap(wrap, for: account.key)
        guard rumor.kind == .welcome, isAllowed(rumor.author) else { return .nothing }
        var next = account
        guard let group = try next.join(rumor, now: now()) else {
            return next.isInvitedAgain(by: rumor, now: now()) ? .early : .nothing
        }
        return .invitation(
            Invitation(
                wrapID: wrap.id, rumor: rumor, nostrGroupID: group.nostrGroupIDHex, groupName: group.data.name
            ))
    }
}
