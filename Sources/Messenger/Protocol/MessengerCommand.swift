import Vocabulary

/// What a client of the daemon asks for, and what a one-shot command does (contracts/daemon-and-messenger.md, sections 2, 4 and 12).
package enum MessengerCommand: Equatable, Sendable {
    case publishKeyPackage(relays: [String])
    case setRelays([String])
    case listPendingWelcomes
    case acceptWelcome(id: String)
    /// - `all`: those that we left, too, with their states.
    case listGroups(all: Bool)
    case initGroup(peer: String, name: String)
    case sendMessage(group: String, content: String)
    /// To the conversation with this account alone, which is made where there is none.
    case sendTo(peer: String, content: String)
    case sendMedia(group: String, MediaRequest)
    /// To the conversation with this account alone.
    case sendMediaTo(peer: String, MediaRequest)
    case sendTyping(group: String)
    case react(message: String, emoji: String)
    case getMessages(group: String, limit: Int, before: String?, since: Int?)
    case listMembers(group: String)
    case addMembers(group: String, peers: [String])
    case removeMembers(group: String, peers: [String])
    case leaveGroup(String)
    /// A message needs no answer.
    case acknowledge(message: String)
    case getProfile
    case updateProfile(name: String?, picture: String?, servers: [String], isForced: Bool)
    /// Known, and nothing that this program does: audio.
    case unsupported(String)
    case shutdown

    package static let defaultGroupName = "DM"
    package static let messageLimit = 1...10_000
    package static let defaultMessageCount = 50

    private static let calls: Set<String> = [
        "invite_call", "accept_call", "reject_call", "end_call", "send_audio_response", "send_audio_file",
        "send_call_data",
    ]

    /// - Throws: `MessengerError`: unknown_command, bad_request.
    init(name: String, _ fields: RequestFields) throws(MessengerError) {
        switch name {
        case "publish_keypackage": self = .publishKeyPackage(relays: try fields.texts("relays"))
        case "set_relays": self = .setRelays(try fields.texts("relays", isRequired: true))
        case "list_pending_welcomes": self = .listPendingWelcomes
        case "accept_welcome":
            // HEAD's name, and this one's.
            let event = try fields.optionalText("event_id")
            if let event {
                self = .acceptWelcome(id: event)
            } else {
                self = .acceptWelcome(id: try fields.text("wrapper_event_id"))
            }
        case "list_groups": self = .listGroups(all: try fields.flag("all"))
        case "init_group":
            let name = try fields.optionalText("group_name")
            self = .initGroup(
                peer: try fields.text("peer_pubkey"), name: name ?? Self.defaultGroupName)
        case "send_message":
            let content = try fields.text("content")
            if let peer = try fields.optionalText("peer_pubkey") {
                self = .sendTo(peer: peer, content: content)
            } else {
                self = .sendMessage(group: try fields.text("nostr_group_id"), content: content)
            }
        case "send_media":
            let media = MediaRequest(
                path: try fields.text("file_path"), type: try fields.optionalText("mime_type"),
                filename: try fields.optionalText("filename"),
                caption: try fields.optionalText("caption") ?? "",
                servers: try fields.texts("blossom_servers"))
            if let peer = try fields.optionalText("peer_pubkey") {
                self = .sendMediaTo(peer: peer, media)
            } else {
                self = .sendMedia(group: try fields.text("nostr_group_id"), media)
            }
        case "send_typing": self = .sendTyping(group: try fields.text("nostr_group_id"))
        case "react": self = .react(message: try fields.text("event_id"), emoji: try fields.text("emoji"))
        case "get_messages":
            let limit = try fields.number("limit", in: Self.messageLimit)
            self = .getMessages(
                group: try fields.text("nostr_group_id"), limit: limit ?? Self.defaultMessageCount,
                before: try fields.optionalText("before"),
                since: try fields.number("since", in: 0...Int.max))
        case "list_members": self = .listMembers(group: try fields.text("nostr_group_id"))
        case "add_members":
            self = .addMembers(
                group: try fields.text("nostr_group_id"),
                peers: try fields.texts("peer_pubkeys", isRequired: true))
        case "remove_members":
            self = .removeMembers(
                group: try fields.text("nostr_group_id"),
                peers: try fields.texts("peer_pubkeys", isRequired: true))
        case "leave_group": self = .leaveGroup(try fields.text("nostr_group_id"))
        case "ack": self = .acknowledge(message: try fields.text("message_id"))
        case "get_profile": self = .getProfile
        case "update_profile":
            let name = try fields.optionalText("name")
            let picture = try fields.optionalText("picture_path")
            guard name != nil || picture != nil else {
                throw MessengerError(.badRequest, "name or picture_path is missing")
            }
            self = .updateProfile(
                name: name, picture: picture, servers: try fields.texts("blossom_servers"),
                isForced: try fields.flag("force"))
        case "shutdown": self = .shutdown
        case _ where Self.calls.contains(name): self = .unsupported(name)
        default: throw MessengerError(.unknownCommand, "unknown command \(name.cut(to: 60))")
        }
    }

    /// As an object for a daemon, with `request_id`.
    package func line(requestID: String) -> String {
        var fields: [String: EventValue] = ["request_id": .text(requestID)]
        func texts(_ list: [String]) -> EventValue { .list(list.map(EventValue.text)) }
        let name: String
        switch self {
        case .publishKeyPackage(let relays): (name, fields["relays"]) = ("publish_keypackage", texts(relays))
        case .setRelays(let relays): (name, fields["relays"]) = ("set_relays", texts(relays))
        case .listPendingWelcomes: name = "list_pending_welcomes"
        case .acceptWelcome(let id): (name, fields["wrapper_event_id"]) = ("accept_welcome", .text(id))
        case .listGroups(let all): (name, fields["all"]) = ("list_groups", .flag(all))
        case .initGroup(let peer, let group):
            name = "init_group"
            (fields["peer_pubkey"], fields["group_name"]) = (.text(peer), .text(group))
        case .sendMessage(let group, let content):
            name = "send_message"
            (fields["nostr_group_id"], fields["content"]) = (.text(group), .text(content))
        case .sendTo(let peer, let content):
            name = "send_message"
            (fields["peer_pubkey"], fields["content"]) = (.text(peer), .text(content))
        case .sendMedia(let group, let media):
            (name, fields["nostr_group_id"]) = ("send_media", .text(group))
            fields.merge(media.fields) { $1 }
        case .sendMediaTo(let peer, let media):
            (name, fields["peer_pubkey"]) = ("send_media", .text(peer))
            fields.merge(media.fields) { $1 }
        case .sendTyping(let group): (name, fields["nostr_group_id"]) = ("send_typing", .text(group))
        case .react(let message, let emoji):
            name = "react"
            (fields["event_id"], fields["emoji"]) = (.text(message), .text(emoji))
        case .getMessages(let group, let limit, let before, let since):
            name = "get_messages"
            (fields["nostr_group_id"], fields["limit"]) = (.text(group), .number(limit))
            (fields["before"], fields["since"]) = (before.map(EventValue.text), since.map(EventValue.number))
        case .listMembers(let group): (name, fields["nostr_group_id"]) = ("list_members", .text(group))
        case .addMembers(let group, let peers):
            name = "add_members"
            (fields["nostr_group_id"], fields["peer_pubkeys"]) = (.text(group), texts(peers))
        case .removeMembers(let group, let peers):
            name = "remove_members"
            (fields["nostr_group_id"], fields["peer_pubkeys"]) = (.text(group), texts(peers))
        case .leaveGroup(let group): (name, fields["nostr_group_id"]) = ("leave_group", .text(group))
        case .acknowledge(let message): (name, fields["message_id"]) = ("ack", .text(message))
        case .getProfile: name = "get_profile"
        case .updateProfile(let profile, let picture, let servers, let isForced):
            name = "update_profile"
            (fields["name"], fields["picture_path"]) = (
                profile.map(EventValue.text), picture.map(EventValue.text)
            )
            (fields["blossom_servers"], fields["force"]) = (texts(servers), .flag(isForced))
        case .unsupported(let call): name = call
        case .shutdown: name = "shutdown"
        }
        fields["cmd"] = .text(name)
        return EventValue.record(fields).json
    }
}
