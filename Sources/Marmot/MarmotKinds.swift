import Cryptography
import MLS
import Nostr

/// The event kinds of Marmot (MIP-00 to MIP-03).
extension EventKind {
    /// MIP-00 as spoken by every MDK version before 0.8.
    package static let keyPackageLegacy = EventKind(rawValue: 443)
    /// MIP-00 since MDK 0.8: addressable, so that a new one replaces the old one.
    package static let keyPackage = EventKind(rawValue: 30_443)
    /// Lists the relays that hold a user's key packages (MIP-00).
    package static let keyPackageRelays = EventKind(rawValue: 10_051)
    /// A Welcome (MIP-02), always inside a gift wrap.
    package static let welcome = EventKind(rawValue: 444)
    /// A message of a group (MIP-03).
    package static let groupEvent = EventKind(rawValue: 445)
}

extension ExtensionType {
    /// The Marmot group data extension (MIP-01).
    package static let marmotGroupData = ExtensionType(rawValue: 0xf2ee)
}

/// Constants of the Marmot protocol.
package enum Marmot {
    /// The value of our `client` tags.
    package static let clientName = "pikachat/1"
    /// Key package lifetime in seconds: 84 days like MDK, backdated by one hour.
    package static let keyPackageLifetimeSeconds: UInt64 = 7_257_600
    package static let keyPackageBackdateSeconds: UInt64 = 3600
    /// Maximum age and clock skew of a group event that we still process, in seconds.
    package static let groupEventMaximumAgeSeconds: Int64 = 3_888_000
    package static let groupEventMaximumSkewSeconds: Int64 = 300
    /// Size limits required by the audit (contracts/marmot.md: Z, AA, AB, AM), in bytes.
    package static let contentLimitBytes = 1 << 20
    package static let tagsLimitBytes = 100 << 10
    package static let rumorLimitBytes = 100 << 10
    package static let nameLimitBytes = 255
    package static let descriptionLimitBytes = 2000

    /// The capabilities that our leaves advertise.
    package static let capabilities = Capabilities(
        extensions: [.lastResort, .marmotGroupData], proposals: [.selfRemove])

    package static func lifetime(now: Int64) -> Lifetime {
        let now = UInt64(max(now, 0))
        return Lifetime(
            notBefore: now - min(now, keyPackageBackdateSeconds), notAfter: now + keyPackageLifetimeSeconds)
    }
}
