import Nostr

/// The two mutually incompatible outer encryptions of kind 445.
package enum Dialect: UInt8, Equatable, Sendable, CustomStringConvertible {
    /// MDK 0.7 and newer: ChaCha20-Poly1305.
    case chaCha = 1
    /// MDK 0.6: NIP-44.
    case nip44 = 2

    /// Before the first message, the `client` tag is the only thing on the wire that tells them apart.
    package init(clientTag: String?) {
        self = clientTag?.hasPrefix("MDK/0.6.") ?? false ? .nip44 : .chaCha
    }

    package var description: String {
        switch self {
        case .chaCha: "ChaCha20-Poly1305"
        case .nip44: "NIP-44 (MDK 0.6)"
        }
    }
}
