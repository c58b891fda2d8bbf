import Cryptography
import MLS
import Nostr

/// When a member should update its own keys in a group (contracts/marmot.md sections 6 and 8).
package enum KeyUpdate {
    /// Delay after joining, in seconds. The leaf still has the key package's signature key, which other
    /// groups may have as well. It is spread out so that members who were invited together do not all commit
    /// at the same time.
    package static let afterJoining: ClosedRange<Int64> = 2...60
    /// How long before its expiry a leaf that came from a key package is updated, in seconds: once it has
    /// expired, nobody can join the group any more.
    package static let beforeExpiry: ClosedRange<Int64> = (7 * 86_400)...(14 * 86_400)

    /// A number of seconds within `range`. It is derived from the leaf, so that a restart does not pick a
    /// different one.
    static func jitter(_ leaf: LeafNode, in range: ClosedRange<Int64>) -> Int64 {
        let bytes = SHA256.hash(leaf.encryptionKey).prefix(4)
        let number = bytes.reduce(Int64(0)) { $0 << 8 | Int64($1) }
        return range.lowerBound + number % (range.upperBound - range.lowerBound + 1)
    }
}

extension Account {
    /// When our keys in a group are due for an update, in seconds since 1970; nil while there is no reason to
    /// update them.
    ///
    /// - Parameter joined: when we joined; the present time if that is not known.
    package func keyUpdateDue(in groupID: [UInt8], joined: Int64) -> Int64? {
        guard let group = groups[groupID], group.isActive, let leaf = group.mls.ownLeafNode,
            case .keyPackage(let lifetime) = leaf.source
        else { return nil }
        // MDK 0.6 loses messages that are overtaken by a commit, so in its groups we update only before the
        // leaf expires.
        let isShared = keyPackages.contains {
            $0.bundle.keyPackage.leafNode.signatureKey == leaf.signatureKey
        }
        if isShared, group.dialect == .chaCha {
            return joined + KeyUpdate.jitter(leaf, in: KeyUpdate.afterJoining)
        }
        let expiry = Int64(clamping: lifetime.notAfter)
        return expiry - min(expiry, KeyUpdate.jitter(leaf, in: KeyUpdate.beforeExpiry))
    }
}
