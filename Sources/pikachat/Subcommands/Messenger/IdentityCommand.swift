import AgentCore
import Cryptography
import Foundation
import Messenger
import Nostr
import Vocabulary

/// `pikachat identity`: who this account is. One is made where there is none.
struct IdentityCommand: Subcommand {
    var spec: CommandSpec {
        var spec = CommandSpec(
            name: "identity", summary: "tells the public key of this account", usage: "[options]")
        spec.options = [MessengerSubcommand.shared[1]]
        return spec
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        guard arguments.positionals.isEmpty else {
            throw Failure(.usage, "identity takes no \(arguments.positionals[0].cut(to: 60))")
        }
        let directory = context.configuration.stateDirectory
        let path = directory + "/identity.json"
        // Looking at it needs no lock; making one does.
        let lock = access(path, F_OK) == 0 ? nil : try StateDirectory(path: directory)
        let key = try Identity.load(from: path, random: SystemRandom())
        withExtendedLifetime(lock) {}
        context.print(Self.fields(of: key.publicKey), arguments) { ["\($0["npub"])", "\($0["pubkey"])"] }
        return 0
    }

    static func fields(of key: XOnlyKey) -> EventValue {
        .record(["pubkey": .text(key.hex), "npub": .text(KeyText.npub(key))])
    }
}
