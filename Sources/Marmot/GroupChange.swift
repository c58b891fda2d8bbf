import Cryptography
import Nostr

/// A change that a member can make to its group; each takes one commit (contracts/marmot.md section 5).
package enum GroupChange: Equatable, Sendable {
    case invite([KeyPackageEvent])
    /// Removes every leaf of these accounts, and their admin rights.
    case remove([XOnlyKey])
    case rename(name: String?, description: String?)
    case relays([RelayURL])
    case promote(XOnlyKey)
    case demote(XOnlyKey)
    /// Fresh encryption and signature keys for ourselves. Any member may do this.
    case updateKeys
    /// Commits the pending proposals of members to leave.
    case commitLeaves
}
