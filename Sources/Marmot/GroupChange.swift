import Cryptography
import Nostr

/// What a member asks of its group; one commit each (contracts/marmot.md section 5).
package enum GroupChange: Equatable, Sendable {
    case invite([KeyPackageEvent])
    /// Every leaf of these accounts; those who were admins are none any more.
    case remove([XOnlyKey])
    case rename(name: String?, description: String?)
    case relays([RelayURL])
    case promote(XOnlyKey)
    case demote(XOnlyKey)
    /// Fresh encryption and signature keys; any member may.
    case updateKeys
    /// Puts into force that members leave, as they proposed.
    case letLeave
}
