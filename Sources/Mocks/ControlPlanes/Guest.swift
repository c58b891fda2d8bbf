import Vocabulary
import AgentCore
import Cryptography
import Foundation
import Nostr
import Scripting
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

/// Runs a command as the guest: in a directory with the request's files, with the guest's environment, and
/// with its placeholders filled in.
enum GuestProcess {
    private static let commandVariable = "PIKACHAT_GUEST_COMMAND"

    static func run(
        _ command: String, _ guest: Guest, in directory: String, clock: any Clock<Duration>,
        groups: ProcessGroups
    ) async throws {
        let root = "\(directory)/guest-\(guest.key.publicKey.hex.prefix(8))"
        let manager = FileManager.default
        try manager.createDirectory(
            atPath: root, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        for (path, content) in guest.files {
            let file = "\(root)/\(path)"
            try manager.createDirectory(
                atPath: FilePath.folder(of: file), withIntermediateDirectories: true)
            guard
                manager.createFile(
                    atPath: file, contents: Data(content.utf8), attributes: [.posixPermissions: 0o600])
            else {
                throw Failure(.require, "cannot write \(file)")
            }
        }
        let relays = guest.relays.map(\.text).joined(separator: ",")
        let filled = command.replacing("{secret}", with: Hex.encode(guest.key.secret.exposed()))
            .replacing("{owner}", with: guest.owner.hex).replacing("{relays}", with: relays)
        var environment = ProcessInfo.processInfo.environment.filter {
            ["PATH", "HOME", "LANG", "TMPDIR"].contains($0.key)
        }
        // Test peers use these variables to locate their installation.
        for name in ["PIKA_PEER", "PIKA_PEER_HOME"] {
            environment[name] = ProcessInfo.processInfo.environment[name]
        }
        environment.merge(guest.environment) { $1 }
        environment["PIKA_RELAY_URLS"] = relays
        environment["PIKA_AGENT_DIR"] = "\(root)/workspace/pika-agent"
        // The list of processes is for everybody to read; an environment is its owner's.
        environment[commandVariable] = filled
        let code = "guest_command=$\(commandVariable); unset \(commandVariable); eval \"$guest_command\""
        let masking = Masking()
        masking.add(Hex.encode(guest.key.secret.exposed()))
        let process = try await ChildProcess(
            ["/bin/sh", "-c", code], environment: environment, directory: root,
            output: .log(path: "\(root)/guest.log", limitBytes: 16 << 20, masking), groups: groups)
        await process.hasEnded()
        // After a cancelled wait the program still runs.
        await process.stop()
        try Task.checkCancellation()
    }
}
