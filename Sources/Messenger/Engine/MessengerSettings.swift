import Cryptography
import Marmot

/// How a messenger behaves.
package struct MessengerSettings: Sendable {
    /// Who may invite us, and who is heard; nil is everybody.
    package var allowed: Set<XOnlyKey>?
    /// How far back gift wraps are looked for, in seconds; NIP-59 dates them back by up to two days.
    package var welcomeLookback: Int64 = 259_200

    package init() {}

    func isAllowed(_ account: XOnlyKey) -> Bool { allowed?.contains(account) ?? true }
}
