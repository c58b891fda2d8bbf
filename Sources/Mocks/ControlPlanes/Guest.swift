import Vocabulary
import AgentCore
import Cryptography
import Foundation
import Nostr
import Processes
import Providers

/// The agent described by a create request.
struct Guest: Sendable {
    let key: Secp256k1SecretKey
    let owner: XOnlyKey
    let relays: [RelayURL]
    let environment: [String: String]
    let files: [String: String]

    /// - Parameter relays: used instead of those in the request (a mock world has its own relays).
    init(_ request: CreateVMRequest, relays: [RelayURL]?) throws {
        let autostart = request.guestAutostart
        func variable(_ name: String) throws -> String {
            guard let value = autostart.env[name], !value.isEmpty else {
                throw Failure(.usage, "env lacks \(name)")
            }
            return value
        }
        struct IdentityFile: Decodable { let secret_key_hex: String }
        guard let identity = autostart.files.first(where: { $0.key.hasSuffix("state/identity.json") })?.value
        else {
            throw Failure(.usage, "files lack state/identity.json")
        }
        key = try KeyText.secretKey(
            JSONDecoder().decode(IdentityFile.self, from: Data(identity.utf8)).secret_key_hex)
        owner = try KeyText.publicKey(variable("PIKA_OWNER_PUBKEY"))
        self.relays =
            try relays ?? variable("PIKA_RELAY_URLS").split(separator: ",").map { try RelayURL(String($0)) }
        guard try KeyText.publicKey(variable("PIKA_BOT_PUBKEY")) == key.publicKey else {
            throw Failure(.usage, "PIKA_BOT_PUBKEY does not belong to the identity")
        }
        for path in autostart.files.keys
        where path.hasPrefix("/") || path.split(separator: "/").contains("..") {
            throw Failure(.usage, "the file path \(path) leads outside the guest's directory")
        }
        environment = autostart.env
        files = autostart.files
    }
}
