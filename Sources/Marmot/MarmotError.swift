import Cryptography
import Nostr

/// Errors of the Marmot layer. They never contain group ids (audit AO).
package enum MarmotError: Error, Equatable, CustomStringConvertible {
    /// A key package event that must not be used.
    case keyPackageRejected(id: EventID, MarmotCheck)
    /// A Welcome that must not be accepted.
    case welcomeRejected(MarmotCheck)
    /// Group data that violates MIP-01.
    case invalidGroupData(MarmotCheck)
    /// A group event whose envelope is unacceptable.
    case groupEventRejected(MarmotCheck)
    /// Encrypted for an epoch whose secrets we do not have yet, or no longer have.
    case undecryptable
    /// A valid MLS message that breaks one of Marmot's rules.
    case ruleViolated(MarmotCheck)
    /// A member's commit breaks a rule that only we have: the others go on without us.
    case partedWays(by: XOnlyKey, MarmotCheck)
    /// The caller asked for something impossible.
    case notPossible(String)
    /// We have been removed from the group.
    case inactive
    /// Sending would do harm, or reach nobody.
    case mustNotSend(Obstacle)

    package var description: String {
        switch self {
        case .keyPackageRejected(let id, let why): "key package \(id.short) cannot be used: \(why)"
        case .welcomeRejected(let why): "the Welcome cannot be accepted: \(why)"
        case .invalidGroupData(let why): "invalid group data: \(why)"
        case .groupEventRejected(let why): "the group event cannot be accepted: \(why)"
        case .undecryptable: "the group event cannot be decrypted with any of the secrets still held"
        case .ruleViolated(let why): "refused: \(why)"
        case .partedWays(let member, let check):
            "refused: \(check); other clients accept this change by \(KeyText.npub(member)), and go on without us"
        case .notPossible(let why): why
        case .inactive: "we are no longer a member of this group"
        case .mustNotSend(let obstacle): "\(obstacle)"
        }
    }
}
