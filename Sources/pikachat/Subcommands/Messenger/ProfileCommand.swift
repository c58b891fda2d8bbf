import Messenger
import Vocabulary

/// `pikachat profile` and `update-profile`: what this account tells everybody of itself.
struct ProfileCommand: Subcommand {
    /// Whether it changes something.
    let changes: Bool

    private static let name = "--name"
    private static let force = "--force"

    var spec: CommandSpec {
        var spec = CommandSpec(
            name: changes ? "update-profile" : "profile",
            summary: changes
                ? "changes the name that others see" : "shows what relays tell of this account",
            usage: changes ? "--name NAME" : "[options]")
        spec.options =
            (changes
                ? [
                    OptionSpec(Self.name, placeholder: "NAME", help: "an empty one takes the name away"),
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
        guard !changes || name != nil else { throw Failure(.usage, "\(Self.name) is required") }
        let quiet = context.forProtocol()
        do {
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
                    try await messenger.publish(profile)
                }
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
