import Cryptography
import Marmot
import Nostr
import Vocabulary

/// One line of the daemon: an object with `type` (contracts/daemon-and-messenger.md, section 5).
package struct DaemonLine: Equatable, Sendable {
    package let type: String
    package let fields: [String: EventValue]

    package init(_ type: String, _ fields: [String: EventValue] = [:]) {
        (self.type, self.fields) = (type, fields)
    }

    package static let protocolVersion = 1

    /// With its line end.
    package var bytes: [UInt8] { Array((json + "\n").utf8) }

    var messageID: String { fields["message_id"]?.description ?? "" }
    var nostrGroupID: String { fields["nostr_group_id"]?.description ?? "" }

    /// Something that a person said. Bridges pass over what is blank.
    var wantsAnswer: Bool {
        type == "message_received" && !(fields["content"]?.description.allSatisfy(\.isWhitespace) ?? true)
    }

    package var json: String { EventValue.record(fields.merging(["type": .text(type)]) { $1 }).json }

    package static func ready(_ key: XOnlyKey) -> DaemonLine {
        DaemonLine(
            "ready",
            [
                "protocol_version": .number(protocolVersion), "pubkey": .text(key.hex),
                "npub": .text(KeyText.npub(key)),
            ])
    }

    package static func ok(_ id: String?, _ result: EventValue?) -> DaemonLine {
        DaemonLine("ok", with(id, ["result": result].compactMapValues { $0 }))
    }

    package static func error(_ id: String?, _ error: MessengerError) -> DaemonLine {
        DaemonLine(
            "error", with(id, ["code": .text(error.code.rawValue), "message": .text(error.message)]))
    }

    private static func with(_ id: String?, _ fields: [String: EventValue]) -> [String: EventValue] {
        guard let id else { return fields }
        return fields.merging(["request_id": .text(id)]) { $1 }
    }

    static func keyPackagePublished(_ event: EventID) -> DaemonLine {
        DaemonLine("keypackage_published", ["event_id": .text(event.hex)])
    }

    /// What happened, as its line; nil for what nobody is told.
    package init?(_ happening: Happening) {
        switch happening {
        case .invited(let invitation): self = .welcomeReceived(invitation)
        case .message(let message):
            guard message.rumor.kind != EphemeralKinds.typing, CallSignal(message.rumor.content) == nil else {
                return nil
            }
            self = .received(message)
        case .changed(let group): self = .updated("changed", group)
        case .left(let id): self = .left(nostrGroupID: id)
        }
    }

    static func welcomeReceived(_ invitation: Invitation) -> DaemonLine {
        DaemonLine("welcome_received", invitation.fields)
    }

    static func joined(_ group: GroupSummary) -> DaemonLine {
        DaemonLine("group_joined", group.ids.merging(["member_count": .number(group.memberCount)]) { $1 })
    }

    static func created(_ group: GroupSummary, peer: XOnlyKey) -> DaemonLine {
        DaemonLine(
            "group_created",
            group.ids.merging(["member_count": .number(group.memberCount), "peer_pubkey": .text(peer.hex)]) {
                $1
            })
    }

    static func updated(_ kind: String, _ group: GroupSummary) -> DaemonLine {
        DaemonLine(
            "group_updated",
            [
                "update": .record([
                    "kind": .text(kind), "nostr_group_id": .text(group.nostrGroupID),
                    "member_count": .number(group.memberCount),
                ])
            ])
    }

    static func left(nostrGroupID: String) -> DaemonLine {
        DaemonLine(
            "group_updated",
            ["update": .record(["kind": .text("left"), "nostr_group_id": .text(nostrGroupID)])])
    }

    /// - Parameter media: its files as elements of `media`.
    func with(media: [EventValue]) -> DaemonLine {
        media.isEmpty ? self : DaemonLine(type, fields.merging(["media": .list(media)]) { $1 })
    }

    /// What was said; kinds that are no chat messages have a type of their own.
    package static func received(_ message: HeardMessage) -> DaemonLine {
        let rumor = message.rumor
        var fields: [String: EventValue] = [
            "nostr_group_id": .text(message.nostrGroupID), "from_pubkey": .text(rumor.author.hex),
            "content": .text(rumor.content), "created_at": .number(Int(rumor.createdAt)),
            "message_id": .text(message.id.hex), "kind": .number(Int(rumor.kind.rawValue)),
        ]
        guard rumor.kind != .chatMessage else { return DaemonLine("message_received", fields) }
        fields["tags"] = .list(rumor.tags.map { .list($0.fields.map(EventValue.text)) })
        return DaemonLine("event_received", fields)
    }
}

extension Invitation {
    var fields: [String: EventValue] {
        [
            "wrapper_event_id": .text(wrapID.hex), "welcome_event_id": .text(rumor.id.hex),
            "from_pubkey": .text(inviter.hex), "nostr_group_id": .text(nostrGroupID),
            "group_name": .text(groupName),
        ]
    }
}

extension GroupSummary {
    var ids: [String: EventValue] {
        ["nostr_group_id": .text(nostrGroupID), "mls_group_id": .text(mlsGroupID)]
    }

    func fields(withState: Bool) -> [String: EventValue] {
        var fields = ids
        (fields["name"], fields["description"]) = (.text(name), .text(description))
        fields["member_count"] = .number(memberCount)
        if withState { fields["state"] = .text(state) }
        return fields
    }
}

extension MediaAttachment {
    /// - Parameter isComplete: what is not known is null, and not absent.
    func fields(isComplete: Bool) -> [String: EventValue] {
        var fields: [String: EventValue] = [
            "url": .text(url), "mime_type": .text(type.text), "filename": .text(filename),
            "original_hash_hex": .text(Hex.encode(hash)), "nonce_hex": .text(Hex.encode(nonce)),
            "scheme_version": .text(Self.version),
        ]
        if let size {
            (fields["width"], fields["height"]) = (.number(size.width), .number(size.height))
        } else if isComplete {
            (fields["width"], fields["height"]) = (EventValue.none, EventValue.none)
        }
        return fields
    }
}
