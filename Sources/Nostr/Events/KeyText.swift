import Cryptography

/// Keys as people write them: hexadecimal, or NIP-19 bech32.
package enum KeyText {
    package enum Failure: Error, Equatable, CustomStringConvertible {
        case notAPublicKey(String)
        case notAnEventID(String)
        case notASecretKey(String)

        package var description: String {
            switch self {
            case .notAPublicKey(let why): "not a public key (npub1… or 64 hexadecimal digits): \(why)"
            case .notAnEventID(let why):
                "not the id of an event (note1…, nevent1… or 64 hexadecimal digits): \(why)"
            case .notASecretKey(let why): "not a secret key (nsec1… or 64 hexadecimal digits): \(why)"
            }
        }
    }

    package static func publicKey(_ text: String) throws(Failure) -> XOnlyKey {
        do {
            return try XOnlyKey(decode(text, prefix: "npub"))
        } catch {
            throw .notAPublicKey("\(error)")
        }
    }

    /// The error never repeats the text.
    package static func secretKey(_ text: String) throws(Failure) -> Secp256k1SecretKey {
        do {
            return try Secp256k1SecretKey(SecretBytes(decode(text, prefix: "nsec")))
        } catch {
            throw .notASecretKey("\(error)")
        }
    }

    /// `note1…`, `nevent1…` (its relays are left aside) or hexadecimal.
    package static func eventID(_ text: String) throws(Failure) -> EventID {
        do {
            var bytes: [UInt8]
            if text.lowercased().hasPrefix("nevent1") {
                bytes = try Bech32.decode(text).bytes
                // NIP-19: type, length, value; type 0 is the id.
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
