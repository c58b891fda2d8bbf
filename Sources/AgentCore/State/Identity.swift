import Cryptography
import Foundation
import Marmot
import Nostr

/// The user's Nostr key: `identity.json` in the state directory.
package enum Identity {
    private struct File: Codable {
        let secretKeyHex: String
        let publicKeyHex: String?

        enum CodingKeys: String, CodingKey {
            case secretKeyHex = "secret_key_hex"
            case publicKeyHex = "public_key_hex"
        }
    }

    /// Reads the key, or makes and stores one where there is none.
    package static func load(
        from path: String, random: some RandomSource, durability: Durability = .onDisk
    ) throws -> Secp256k1SecretKey {
        guard let bytes = try AtomicFile.read(path) else {
            let key = try Secp256k1SecretKey.random(from: random)
            try AtomicFile.write(Array(json(for: key).utf8), to: path, durability: durability)
            return key
        }
        let keep =
            "it was left as it is. Restore it from a copy, or move it away to start with a new identity"
        let file: File
        do {
            file = try JSONDecoder().decode(File.self, from: Data(bytes))
        } catch {
            throw FileError(path, "not an identity file, or cut short; \(keep)")
        }
        let key: Secp256k1SecretKey
        do {
            key = try KeyText.secretKey(file.secretKeyHex)
        } catch {
            throw FileError(path, "its secret key is invalid; \(keep)")
        }
        // Images of the Fly provider write an empty one.
        let named = file.publicKeyHex ?? ""
        guard named.isEmpty || key.publicKey.hex == named.lowercased() else {
            throw FileError(path, "its public key does not belong to its secret key; \(keep)")
        }
        // Other programs write it with the modes that they happen to have.
        chmod(path, 0o600)
        return key
    }

    /// The file's content for a key: also what a guest VM gets.
    package static func json(for key: Secp256k1SecretKey) -> String {
        "{\"secret_key_hex\":\"\(Hex.encode(key.secret.exposed()))\",\"public_key_hex\":\"\(key.publicKey.hex)\"}"
    }
}
