import Cryptography
import MLS
import Nostr

/// When a member should give itself fresh keys in a group (contracts/marmot.md sections 6 and 8).
package enum KeyUpdate {
    /// After joining: the leaf's signature key is the key package's, and other groups have it, too. Members that were invited
    /// together must not all commit at once.
    package static let afterJoining: ClosedRange<Int64> = 2...60
    /// Before a leaf that came from a key package expires: nobody could join the group any more. Seconds before that.
    package static let beforeExpiry: ClosedRange<Int64> = (7 * 86_400)...(14 * 86_400)

    /// A number of seconds within `range`, always the same for one leaf: a restart does not draw again.
    static func jitter(_ leaf: LeafNode, in range: ClosedRange<Int64>) -> Int64 {
        let bytes = SHA256.hash(leaf.encryptionKey).prefix(4)
        let number = bytes.reduce(Int64(0)) { $0 << 8 | Int64($1) }
        return range.lowerBound + number % (range.upperBound - range.lowerBound + 1)
    }
}

extension Account {
    /// When our keys in a group are due, seconds since 1970; nil while there is no reason for a change.
    ///
    /// - Parameter joined: when we joined, as far as that is known: now.
    package func keyUpdateDue(in groupID: [UInt8], joined: Int64) -> Int64? {
        guard let group = groups[groupID], group.isActive, let leaf = group.mls.ownLeafNode,
            case .keyPackage(let lifetime) = leaf.source
        else { return nil }
        // MDK 0.6 loses messages that a commit overtakes: there only before the leaf expires.
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
