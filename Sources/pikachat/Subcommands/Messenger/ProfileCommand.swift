import AgentCore
import Messenger
import Vocabulary

/// `pikachat profile` and `update-profile`: what this account tells everybody of itself.
struct ProfileCommand: Subcommand {
    /// Whether it changes something.
    let changes: Bool

    private static let name = "--name"
    private static let picture = "--picture"
    private static let force = "--force"
    private static let pictureLimitBytes = 8 << 20

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
                ] : []) + [MessengerSubcommand.shared[1]]
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
        do {
            let picture = try file.map { try OutgoingMedia(path: $0) }
            if let picture,
                picture.bytes.count > Self.pictureLimitBytes || !picture.type.text.hasPrefix("image/")
            {
                throw Failure(.usage, "\(Self.picture) \(file ?? ""): a picture of at most 8 MiB is needed")
            }
            let host = try await MessengerHost(quiet)
            let profile = try await MessengerRun(context: quiet).run(with: host) { messenger in
                var profile: Profile
                do {
                    profile = try await messenger.profile()
                } catch let error as MessengerError where changes && arguments.has(Self.force) {
                    quiet.log.emit(.warning(error.message))
                    profile = Profile()
                }
                if let name {
                    profile.setName(
                        String(name.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()))
                }
                if let picture {
                    profile.setPicture(
                        try await messenger.upload(picture: picture, to: arguments.all("--blossom")))
                }
                if changes { try await messenger.publish(profile) }
                return profile
            }
            let fields = IdentityCommand.fields(of: host.messenger.publicKey)
                .with("name", profile["name"]).with("about", profile["about"])
                .with("picture_url", profile["picture"])
            quiet.print(fields, arguments) { fields in
                ["npub", "name", "about", "picture_url"].filter { fields[$0] != .none }
                    .map { "\($0)  \(fields[$0])" }
            }
            return 0
        } catch {
            let failure = Failure(error)
            quiet.log.emit(.failure(failure))
            return failure.code.exitStatus
        }
    }
}
