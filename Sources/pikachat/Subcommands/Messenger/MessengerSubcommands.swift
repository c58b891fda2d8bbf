import AgentCore
import Foundation
import Messenger
import Nostr
import Vocabulary

/// The one-shot commands of the messenger.
extension MessengerSubcommand {
    static let all: [any Subcommand] = [publish, invite, welcomes, accept, groups, send, messages]

    private static let group = OptionSpec("--group", placeholder: "HEX", help: "the group's Nostr id")
    private static let peer = OptionSpec("--peer", placeholder: "KEY", help: "npub or hexadecimal")
    private static let to = OptionSpec(
        "--to", placeholder: "KEY", help: "the conversation with this account alone; made where there is none"
    )
    private static let offline = OptionSpec(Option.offline, help: "asks no relay: what is stored")

    private static let publish = MessengerSubcommand(
        "publish-kp", "publishes a fresh key package, so that others can invite this account",
        command: { _, _ in (.publishKeyPackage(relays: []), .connected) },
        shape: { $0.with("kind", .number(443)) },
        text: { ["key package \($0["event_id"]) published"] })

    private static let invite = MessengerSubcommand(
        "invite", "makes a group with an account and invites it", usage: "--peer KEY [options]",
        options: [
            peer,
            OptionSpec(
                "--name", placeholder: "TEXT",
                help: "of the group [default: \(MessengerCommand.defaultGroupName)]"),
        ],
        command: { arguments, _ in
            (
                .initGroup(
                    peer: try arguments.required("--peer"),
                    name: arguments.value("--name") ?? MessengerCommand.defaultGroupName), .connected
            )
        },
        text: { ["group \($0["nostr_group_id"]) made, \($0["peer_pubkey"]) invited"] })

    private static let welcomes = MessengerSubcommand(
        "welcomes", "lists invitations that wait to be accepted", options: [offline],
        command: { arguments, _ in
            (.listPendingWelcomes, arguments.has(Option.offline) ? .stored : .welcomes)
        },
        text: { result in
            let lines = result["welcomes"].items.map {
                "\($0["wrapper_event_id"])  \"\($0["group_name"])\"  from \($0["from_pubkey"])"
            }
            return lines.isEmpty ? ["no invitations"] : lines
        })

    private static let accept = MessengerSubcommand(
        "accept-welcome", "joins the group that an invitation is for",
        usage: "--wrapper-event-id HEX [options]",
        options: [
            OptionSpec(
                "--wrapper-event-id", "--event-id", placeholder: "HEX",
                help: "of the gift wrap, or of the Welcome in it: `welcomes` lists them")
        ],
        command: { arguments, _ in
            (.acceptWelcome(id: try arguments.required("--wrapper-event-id")), .welcomes)
        },
        text: { ["joined group \($0["nostr_group_id"])"] })

    private static let groups = MessengerSubcommand(
        "groups", "lists the groups of this account",
        options: [OptionSpec("--all", help: "those that were left, too, with their states")],
        command: { arguments, _ in (.listGroups(all: arguments.has("--all")), .stored) },
        shape: { result in
            .record(["groups": .list(result["groups"].items.map { $0.without("member_count") })])
        },
        text: { result in
            let lines = result["groups"].items.map { "\($0["nostr_group_id"])  \"\($0["name"])\"" }
            return lines.isEmpty ? ["no groups"] : lines
        })

    private static let send = MessengerSubcommand(
        "send", "sends a message or a file to a group, or to an account",
        usage: "--group HEX|--to KEY --content TEXT|--media FILE [options]",
        options: [
            group, to,
            OptionSpec("--content", placeholder: "TEXT", help: "the message; - reads standard input"),
            OptionSpec(
                "--media", placeholder: "FILE", help: "a file of at most 32 MiB; --content is its caption"),
            OptionSpec("--mime-type", placeholder: "TYPE", help: "of the file [default: by its name]"),
            OptionSpec(
                "--filename", placeholder: "NAME", help: "as receivers see it [default: the file's own]"),
            OptionSpec(
                "--blossom", placeholder: "URL",
                help: "where the file is uploaded; may be repeated [default: \(RelayDefaults.blossomServer)]",
                isRepeatable: true),
        ],
        details: """
            The file is encrypted with a key that only members of the group can derive. What a JPEG or PNG tells of its maker is taken out.
            """,
        command: { arguments, context in
            let (group, to) = (arguments.value("--group"), arguments.value("--to"))
            guard group == nil || to == nil else {
                throw Failure(.usage, "--group and --to do not go together")
            }
            let given = arguments.value("--content") ?? ""
            let content = given == "-" ? try context.standardInput().text : given
            guard group != nil || to != nil else {
                throw Failure(.usage, "either --group or --to is required")
            }
            guard let path = arguments.value("--media") else {
                for option in ["--mime-type", "--filename", "--blossom"] where !arguments.all(option).isEmpty
                {
                    throw Failure(.usage, "\(option) needs --media")
                }
                guard !content.isEmpty else {
                    throw Failure(.usage, "--content is required (or use --media to send a file)")
                }
                return (
                    group.map { .sendMessage(group: $0, content: content) }
                        ?? .sendTo(peer: to ?? "", content: content), .connected
                )
            }
            for server in arguments.all("--blossom") where !isServer(server) {
                throw Failure(.usage, "--blossom \(server.cut(to: 200)) is no http or https address")
            }
            // A daemon has a directory of its own.
            let absolute = FilePath.absolute(path, in: FileManager.default.currentDirectoryPath)
            let media = MediaRequest(
                path: absolute, type: arguments.value("--mime-type"), filename: arguments.value("--filename"),
                caption: content, servers: arguments.all("--blossom"))
            return (
                group.map { .sendMedia(group: $0, media) } ?? .sendMediaTo(peer: to ?? "", media), .connected
            )
        },
        shape: { result in
            guard result["uploaded_url"] != .none else { return result }
            let names = [
                "blossom_server", "uploaded_url", "original_hash_hex", "encrypted_hash_hex",
                "descriptor_sha256_hex", "mime_type", "filename", "bytes",
            ]
            let media = Dictionary(uniqueKeysWithValues: names.map { ($0, result[$0]) })
            return names.reduce(result) { $0.without($1) }.with("media", .record(media))
        },
        text: { ["sent \($0["message_id"])"] })

    private static func isServer(_ text: String) -> Bool {
        guard let url = URL(string: text), url.host?.isEmpty == false else { return false }
        return ["http", "https"].contains(url.scheme?.lowercased() ?? "")
    }

    private static let messages = MessengerSubcommand(
        "messages", "lists what was said in a group, newest first", usage: "--group HEX [options]",
        options: [
            group,
            OptionSpec("--limit", placeholder: "N", help: "1 to 10000 [default: 50]"),
            OptionSpec("--before", placeholder: "HEX", help: "only those behind this message in the list"),
            OptionSpec("--since", placeholder: "N", help: "none that is older; seconds since 1970"), offline,
        ],
        command: { arguments, _ in
            let group = try arguments.required("--group")
            let command = MessengerCommand.getMessages(
                group: group,
                limit: try arguments.number("--limit", in: MessengerCommand.messageLimit)
                    ?? MessengerCommand.defaultMessageCount,
                before: arguments.value("--before"),
                since: try arguments.number("--since", in: 0...Int.max))
            return (command, arguments.has(Option.offline) ? .stored : .group(group))
        },
        text: { result in
            let lines = result["messages"].items.reversed().map { message in
                let mark = message["state"] == .text("pending") ? " (not confirmed yet)" : ""
                return "\(message["from_pubkey"].description.prefix(8))  \(message["content"])\(mark)"
            }
            return lines.isEmpty ? ["nothing was said"] : lines
        })
}

extension ParsedArguments {
    /// - Throws: `Failure` (usage) where it is missing or empty.
    func required(_ name: String) throws -> String {
        guard let value = value(name), !value.isEmpty else { throw Failure(.usage, "\(name) is required") }
        return value
    }

    /// - Throws: `Failure` (usage) for what is no whole number in the range.
    func number(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = value(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            let bound = range.upperBound == .max ? "" : " to \(range.upperBound)"
            throw Failure(
                .usage, "\(name) \(text.cut(to: 20)) is not a whole number from \(range.lowerBound)\(bound)")
        }
        return number
    }
}
