import CSecp256k1

/// A secp256k1 public key in the form used by Nostr and BIP-340: the x coordinate (32 bytes) of the point
/// with even y.
package struct XOnlyKey: Hashable, Sendable, CustomStringConvertible {
    package static let lengthBytes = 32

    package let bytes: [UInt8]

    /// - Throws: `.invalidLength`, or `.invalidKey` if there is no curve point with this x coordinate.
    package init(_ bytes: [UInt8]) throws(CryptographyError) {
        try CryptographyError.requireLength("public key", bytes.count, Self.lengthBytes)
        self.bytes = bytes
        _ = try parsed()
    }

    /// Creates a key from 64 hexadecimal digits in upper or lower case.
    package init(hex: String) throws(CryptographyError) {
        guard let bytes = Hex.decode(hex) else { throw .invalidKey("public key (64 hexadecimal digits)") }
        try self.init(bytes)
    }

    /// A key that need not be on the curve: it names somebody, and nothing verifies or encrypts with it.
    ///
    /// - Throws: `.invalidLength`.
    package init(unverified bytes: [UInt8]) throws(CryptographyError) {
        try CryptographyError.requireLength("public key", bytes.count, Self.lengthBytes)
        self.bytes = bytes
    }

    init(trusted bytes: [UInt8]) { self.bytes = bytes }

    package var hex: String { Hex.encode(bytes) }
    package var description: String { hex }

    func parsed() throws(CryptographyError) -> secp256k1_xonly_pubkey {
        var key = secp256k1_xonly_pubkey()
        guard secp256k1_xonly_pubkey_parse(Secp256k1Context.shared.pointer, &key, bytes) == 1 else {
            throw .invalidKey("secp256k1 public key")
        }
        return key
    }
}
