import Nostr

/// Errors of the Marmot layer. They never contain group ids (audit AO).
package enum MarmotError: Error, Equatable, CustomStringConvertible {
    /// A key package event that must not be used.
    case keyPackageRejected(id: EventID, String)
    /// A Welcome that must not be accepted.
    case welcomeRejected(String)
    /// Group data that violates MIP-01.
    case invalidGroupData(String)
    /// A group event whose envelope is unacceptable.
    case groupEventRejected(String)
    /// Encrypted for an epoch whose secrets we do not have yet, or no longer have.
    case undecryptable
    /// A valid MLS message that breaks one of Marmot's rules.
    case ruleViolated(String)
    /// The caller asked for something impossible.
    case notPossible(String)
    /// We have been removed from the group.
    case inactive

    package var description: String {
        switch self {
        case .keyPackageRejected(let id, let why): "key package \(id.short) cannot be used: \(why)"
        case .welcomeRejected(let why): "the Welcome cannot be accepted: \(why)"
        case .invalidGroupData(let why): "invalid group data: \(why)"
        case .groupEventRejected(let why): "the group event cannot be accepted: \(why)"
        case .undecryptable: "the group event cannot be decrypted with any of the secrets still held"
        case .ruleViolated(let why): "refused: \(why)"
        case .notPossible(let why): why
        case .inactive: "we are no longer a member of this group"
        }
    }
}
