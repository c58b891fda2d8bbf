import AgentCore
import Foundation
import Messenger
import Vocabulary

/// `pikachat profile` and `update-profile`: what this account tells everybody of itself.
struct ProfileCommand: Subcommand {
    /// Whether it changes something.
    let changes: Bool

    private static let name = "--name"
    private static let picture = "--picture"
    private static let force = "--force"

    var spec: CommandSpec {
        var spec = CommandSpec(
            name: changes ? "update-profile" : "profile",
            summary: changes
                ? "changes the name or the picture that others see"
                : "shows what relays tell of this account",
            usage: "[options]")
        spec.options =
            (changes
                ? [
                    OptionSpec(Self.name, placeholder: "NAME", help: "an empty one takes the name away"),
                    OptionSpec(
                        Self.picture, placeholder: "FILE",
                        help: "a picture of at most 8 MiB, uploaded for everybody to see"),
                    OptionSpec(
                        "--blossom", placeholder: "URL",
                        help: "where it is uploaded [default: \(RelayDefaults.blossomServer)]"),
                    OptionSpec(
                        Self.force,
                        help:
                            "also where no relay has told the present profile, whose other parts are lost then"
                    ),
                ] : []) + MessengerSubcommand.shared
        return spec
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        guard arguments.positionals.isEmpty else {
            throw Failure(.usage, "\(spec.name) takes no \(arguments.positionals[0].cut(to: 60))")
        }
        let name = arguments.value(Self.name)
        let file = arguments.value(Self.picture)
        guard !changes || name != nil || file != nil else {
            throw Failure(.usage, "\(Self.name) or \(Self.picture) is required")
        }
        let quiet = context.forProtocol()
        return await quiet.reporting {
            // A daemon has a directory of its own.
            let path = file.map { FilePath.absolute($0, in: FileManager.default.currentDirectoryPath) }
            let command: MessengerCommand =
                changes
                ? .updateProfile(
                    name: name, picture: path, servers: arguments.all("--blossom"),
                    isForced: arguments.has(Self.force)) : .getProfile
            let result = try await MessengerRun(context: quiet)
                .run(command, .connected, isRemote: arguments.has(MessengerSubcommand.Option.remote))
            let fields = result ?? .record([:])
            quiet.print(fields, arguments) { fields in
                ["npub", "name", "about", "picture_url"].filter { fields[$0] != .none }
                    .map { "\($0)  \(fields[$0])" }
            }
            return 0
        }
    }
}
