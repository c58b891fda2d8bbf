import Cryptography

/// The text form of keys and event ids: hexadecimal or NIP-19 bech32.
package enum KeyText {
    package enum Failure: Error, Equatable, CustomStringConvertible {
        case notAPublicKey(String)
        case notAnEventID(String)
        case notASecretKey(String)

        package var description: String {
            switch self {
            case .notAPublicKey(let why): "not a public key (npub1… or 64 hexadecimal digits): \(why)"
            case .notAnEventID(let why):
                "not an event id (note1…, nevent1… or 64 hexadecimal digits): \(why)"
            case .notASecretKey(let why): "not a secret key (nsec1… or 64 hexadecimal digits): \(why)"
            }
        }
    }

    /// Hexadecimal or npub, which may stand behind `nostr:` (NIP-21).
    package static func publicKey(_ text: String) throws(Failure) -> XOnlyKey {
        let bare = text.hasPrefix(uriScheme) ? String(text.dropFirst(uriScheme.count)) : text
        do {
            return try XOnlyKey(decode(bare, prefix: "npub"))
        } catch {
            throw .notAPublicKey("\(error)")
        }
    }

    private static let uriScheme = "nostr:"

    /// Parses a secret key. The error never contains the text itself.
    package static func secretKey(_ text: String) throws(Failure) -> Secp256k1SecretKey {
        do {
            return try Secp256k1SecretKey(SecretBytes(decode(text, prefix: "nsec")))
        } catch {
            throw .notASecretKey("\(error)")
        }
    }

    /// Parses `note1…`, `nevent1…` (whose relays are ignored) or hexadecimal.
    package static func eventID(_ text: String) throws(Failure) -> EventID {
        do {
            var bytes: [UInt8]
            if text.lowercased().hasPrefix("nevent1") {
                bytes = try Bech32.decode(text).bytes
                // NIP-19 encodes a list of type, length and value; type 0 is the id.
                while bytes.count >= 2, bytes[0] != 0 {
                    bytes.removeFirst(min(bytes.count, 2 + Int(bytes[1])))
                }
                bytes = bytes.count >= 34 && bytes[1] == 32 ? Array(bytes[2..<34]) : []
            } else {
                bytes = try decode(text, prefix: "note")
            }
            guard let id = EventID(bytes) else { throw Unreadable(description: "it is not 32 bytes long") }
            return id
        } catch {
            throw .notAnEventID("\(error)")
        }
    }

    package static func npub(_ key: XOnlyKey) -> String { Bech32.encode(prefix: "npub", key.bytes) }

    /// A secret key in full: for masking it, never for showing it.
    package static func nsec(_ key: Secp256k1SecretKey) -> String {
        Bech32.encode(prefix: "nsec", key.secret.exposed())
    }

    private struct Unreadable: Error, CustomStringConvertible { let description: String }

    private static func decode(_ text: String, prefix: String) throws -> [UInt8] {
        if let bytes = Hex.decode(text) { return bytes }
        guard text.lowercased().hasPrefix(prefix + "1") else {
            throw Unreadable(description: "it is neither hexadecimal nor \(prefix)1…")
        }
        let decoded = try Bech32.decode(text)
        guard decoded.prefix == prefix else {
            throw Unreadable(description: "its prefix is \(decoded.prefix)")
        }
        return decoded.bytes
    }
}
