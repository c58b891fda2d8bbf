import AgentCore
import Cryptography
import Marmot
import Nostr
import Vocabulary

/// Carries out commands of the messenger, whoever they come from: a client of the daemon, or a one-shot command.
package struct MessengerService: Sendable {
    /// What a command leads to.
    package struct Outcome: Equatable, Sendable {
        package var result: EventValue?
        /// What everybody is told behind the answer.
        package var companions: [DaemonLine] = []
    }

    package let messenger: Messenger

    package init(_ messenger: Messenger) { self.messenger = messenger }

    /// - Parameter message: the id of the message that this answers; it counts as answered once the answer is stored.
    /// - Throws: `MessengerError`.
    package func run(
        _ command: MessengerCommand, answering message: String? = nil
    ) async throws(MessengerError) -> Outcome {
        do {
            return try await execute(command, answering: message.flatMap { EventID(hex: $0) })
        } catch { throw MessengerError(error, otherwise: .mdkError) }
    }

    private func execute(_ command: MessengerCommand, answering message: EventID?) async throws -> Outcome {
        switch command {
        case .publishKeyPackage(let relays):
            let id = try await messenger.publishKeyPackage(to: try self.relays(relays))
            return Outcome(
                result: .record(["event_id": .text(id.hex)]), companions: [.keyPackagePublished(id)])
        case .setRelays(let relays):
            await messenger.setRelays(try self.relays(relays))
            let now = await messenger.relays
            return Outcome(result: .record(["relays": .list(now.map { .text($0.text) })]))
        case .listPendingWelcomes:
            let pending = await messenger.welcomes.pending
            return Outcome(result: .record(["welcomes": .list(pending.map { .record($0.fields) })]))
        case .acceptWelcome(let id):
            let group = GroupSummary(try await messenger.acceptWelcome(try eventID(id, "wrapper_event_id")))
            return Outcome(
                result: .record(group.ids), companions: [.joined(group), .updated("created", group)])
        case .listGroups(let all):
            let groups = await messenger.client.groups.map(GroupSummary.init)
                .filter { all || $0.state == "joined" }
                .sorted { $0.nostrGroupID < $1.nostrGroupID }
            return Outcome(
                result: .record(["groups": .list(groups.map { .record($0.fields(withState: all)) })]))
        case .initGroup(let peer, let name):
            let peer = try key(peer)
            return try await outcome(of: messenger.createGroup(with: peer, name: name), with: peer)
        case .sendMessage(let group, let content):
            return Outcome(
                result: result(
                    try await messenger.send(content, to: messenger.group(group), answering: message)))
        case .sendTo(let peer, let content): return try await send(content, to: try key(peer), message)
        case .sendMedia(let group, let media):
            return Outcome(result: .record(try await send(media, to: messenger.group(group), message)))
        case .sendMediaTo(let peer, let media):
            var (group, outcome) = try await conversation(with: try key(peer))
            var fields = try await send(media, to: group, message)
            fields["nostr_group_id"] = .text(group.nostrGroupIDHex)
            if !outcome.companions.isEmpty { fields["auto_created_group"] = .flag(true) }
            outcome.result = .record(fields)
            return outcome
        case .sendTyping(let group):
            try await messenger.sendTyping(to: messenger.group(group))
            return Outcome()
        case .react(let message, let emoji): return try await react(to: message, with: emoji)
        case .getMessages(let group, let limit, let before, let since):
            return try await messages(of: group, limit: limit, before: before, since: since)
        case .listMembers(let group):
            let members = try await messenger.group(group).members
            return Outcome(
                result: .record([
                    "members": .list(
                        members.map { .record(["pubkey": .text($0.hex), "npub": .text(KeyText.npub($0))]) })
                ]))
        case .addMembers(let group, let peers):
            let changed = try await messenger.add(try peers.map(key), to: messenger.group(group))
            return outcome(of: changed, "members_added")
        case .removeMembers(let group, let peers):
            let changed = try await messenger.remove(try peers.map(key), from: messenger.group(group))
            return outcome(of: changed, "members_removed")
        case .leaveGroup(let group):
            try await messenger.leave(messenger.group(group))
            return Outcome()
        case .acknowledge(let message):
            // Whoever was told it is asked: the daemon knows that.
            _ = try eventID(message, "message_id")
            return Outcome()
        case .getProfile: return Outcome(result: fields(of: try await messenger.profile()))
        case .updateProfile(let name, let picture, let servers, let isForced):
            return Outcome(
                result: fields(
                    of: try await messenger.updateProfile(
                        name: name, picture: try picture.map { try OutgoingMedia(path: $0) },
                        servers: servers,
                        isForced: isForced)))
        case .unsupported(let name):
            throw MessengerError(.unsupported, "\(name): calls are not supported")
        case .shutdown: return Outcome()
        }
    }

    // MARK: Outcomes

    private func outcome(of group: MarmotGroup, with peer: XOnlyKey) -> Outcome {
        let group = GroupSummary(group)
        return Outcome(
            result: .record(group.ids.merging(["peer_pubkey": .text(peer.hex)]) { $1 }),
            companions: [.created(group, peer: peer), .updated("created", group)])
    }

    private func outcome(of group: MarmotGroup, _ change: String) -> Outcome {
        let group = GroupSummary(group)
        return Outcome(
            result: .record(["member_count": .number(group.memberCount)]),
            companions: [.updated(change, group)])
    }

    private func result(_ sent: Messenger.Sent) -> EventValue {
        .record(["event_id": .text(sent.event.hex), "message_id": .text(sent.message.hex)])
    }

    private func send(_ content: String, to peer: XOnlyKey, _ message: EventID?) async throws -> Outcome {
        var (group, outcome) = try await conversation(with: peer)
        let sent = try await messenger.send(content, to: group, answering: message)
        var fields: [String: EventValue] = [
            "event_id": .text(sent.event.hex), "message_id": .text(sent.message.hex),
            "nostr_group_id": .text(group.nostrGroupIDHex),
        ]
        if !outcome.companions.isEmpty { fields["auto_created_group"] = .flag(true) }
        outcome.result = .record(fields)
        return outcome
    }

    /// The group with this account alone, made where there is none: then the outcome has companions.
    private func conversation(with peer: XOnlyKey) async throws -> (MarmotGroup, Outcome) {
        if let group = await messenger.conversation(with: peer) { return (group, Outcome()) }
        let made = try await messenger.createGroup(with: peer, name: MessengerCommand.defaultGroupName)
        return (made, outcome(of: made, with: peer))
    }

    private func send(_ request: MediaRequest, to group: MarmotGroup, _ message: EventID?) async throws
        -> [String: EventValue]
    {
        let media = try OutgoingMedia(path: request.path, type: request.type, filename: request.filename)
        let sent = try await messenger.send(
            media, caption: request.caption, servers: request.servers, to: group, answering: message)
        return [
            "event_id": .text(sent.sent.event.hex), "message_id": .text(sent.sent.message.hex),
            "uploaded_url": .text(sent.attachment.url), "blossom_server": .text(sent.server),
            "original_hash_hex": .text(Hex.encode(sent.attachment.hash)),
            "encrypted_hash_hex": .text(Hex.encode(sent.blobHash)),
            "descriptor_sha256_hex": .text(Hex.encode(sent.blobHash)),
            "mime_type": .text(sent.attachment.type.text), "filename": .text(sent.attachment.filename),
            "bytes": .number(sent.size),
        ]
    }

    private func fields(of profile: Profile) -> EventValue {
        .record([
            "pubkey": .text(messenger.publicKey.hex), "npub": .text(KeyText.npub(messenger.publicKey)),
            "name": profile["name"], "about": profile["about"], "picture_url": profile["picture"],
        ])
    }

    private func saying(_ content: String, to peer: String) async -> (group: String, content: String)? {
        guard let key = try? key(peer), let group = await messenger.conversation(with: key) else {
            return nil
        }
        return (group.nostrGroupIDHex, content)
    }

    /// The group that a command is about, where it says something there.
    func saying(_ command: MessengerCommand) async -> (group: String, content: String)? {
        switch command {
        case .sendMessage(let group, let content): return (group, content)
        case .sendMedia(let group, let media): return (group, media.caption)
        case .sendTo(let peer, let content): return await saying(content, to: peer)
        case .sendMediaTo(let peer, let media): return await saying(media.caption, to: peer)
        default: return nil
        }
    }

    private func react(to message: String, with emoji: String) async throws -> Outcome {
        guard !emoji.isEmpty, emoji.utf8.count <= 64 else {
            throw MessengerError(.badEmoji, "emoji must be one emoji, + or -")
        }
        let id = try eventID(message, "event_id")
        let groups = await messenger.client.groups.filter(\.isActive)
        guard let found = try messenger.desk.archive.message(id, in: groups.map(\.id)),
            let group = groups.first(where: { $0.id == found.group })
        else { throw MessengerError(.notFound, "message \(id.hex) not found in any group") }
        let sent = try await messenger.send(
            emoji, kind: .reaction,
            tags: [Tag("e", id.hex), Tag("p", found.message.rumor.author.hex)], to: group)
        return Outcome(result: result(sent))
    }

    private func messages(of group: String, limit: Int, before: String?, since: Int?) async throws -> Outcome
    {
        let group = try await messenger.group(group)
        let before = try before.map { try eventID($0, "before") }
        guard
            let found = try messenger.desk.archive.messages(
                of: group.id, limit: limit, before: before, since: since.map(Int64.init))
        else {
            throw MessengerError(.notFound, "there is no message \(before?.hex ?? "") in this group")
        }
        return Outcome(result: .record(["messages": .list(found.map { .record($0.fields) })]))
    }

    // MARK: Arguments

    private func relays(_ texts: [String]) throws -> [RelayURL] {
        try texts.map { text in
            do { return try RelayURL(text) } catch { throw MessengerError(.badRelays, "\(error)") }
        }
    }

    private func key(_ text: String) throws -> XOnlyKey {
        do { return try KeyText.publicKey(text.trimmed) } catch {
            throw MessengerError(.badPublicKey, "\(error)")
        }
    }

    private func eventID(_ text: String, _ name: String) throws -> EventID {
        guard let id = EventID(hex: text) else {
            throw MessengerError(.badEventID, "\(name) must be 64 hexadecimal digits")
        }
        return id
    }
}

extension StoredMessage {
    var fields: [String: EventValue] {
        [
            "message_id": .text(id.hex), "from_pubkey": .text(rumor.author.hex),
            "content": .text(rumor.content), "created_at": .number(Int(rumor.createdAt)),
            "kind": .number(Int(rumor.kind.rawValue)), "state": .text(state.rawValue),
            "media": .list(attachments.map { .record($0.fields(isComplete: true)) }),
        ]
    }
}

extension String {
    /// Without blanks and line ends around it.
    package var trimmed: String {
        let start = drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}
