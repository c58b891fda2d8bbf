import Nostr

/// What the Marmot layer reports; group ids stay out of it (audit AO).
package enum MarmotError: Error, Equatable, CustomStringConvertible {
    /// A key package event that may not be used.
    case keyPackageRejected(id: EventID, String)
    /// A Welcome that may not be joined.
    case welcomeRejected(String)
    /// Group data that breaks MIP-01.
    case invalidGroupData(String)
    /// A group event that is not acceptable as such.
    case groupEventRejected(String)
    /// Encrypted for an epoch whose secrets are not here (yet, or any more).
    case undecryptable
    /// A good MLS message that breaks a rule of Marmot.
    case ruleViolated(String)
    /// The caller asked for something impossible.
    case notPossible(String)
    /// We were removed from the group.
    case inactive

    package var description: String {
        switch self {
        case .keyPackageRejected(let id, let why): "key package \(id.short) cannot be used: \(why)"
        case .welcomeRejected(let why): "the Welcome cannot be accepted: \(why)"
        case .invalidGroupData(let why): "invalid group data: \(why)"
        case .groupEventRejected(let why): "not an acceptable group event: \(why)"
        case .undecryptable: "the group event does not decrypt with any secret that is kept"
        case .ruleViolated(let why): "refused: \(why)"
        case .notPossible(let why): why
        case .inactive: "we are no longer a member of this group"
        }
    }
}
