import Vocabulary

/// What happens in an agent's life, as events. Each names its session once `AgentSession` has emitted it.
extension LogEvent {
    // MARK: Provider

    package static func provisioning(provider: String, text: String) -> LogEvent {
        LogEvent("provision.start", ["provider": .text(provider)], text)
    }

    package static func provisioned(provider: String, id: String, detail: String, seconds: Double) -> LogEvent
    {
        LogEvent(
            "provision.done", ["provider": .text(provider), "id": .text(id), "detail": .text(detail)],
            "done (\(id)\(detail.isEmpty ? "" : ", \(detail)")) after \(Self.text(seconds))")
    }

    package static func attached(npub: String) -> LogEvent {
        LogEvent("attach", ["npub": .text(npub)], "attached to \(npub)")
    }

    package static func tearingDown(id: String) -> LogEvent {
        LogEvent("teardown.start", ["id": .text(id)], "Deleting \(id)…")
    }

    package static func tornDown(id: String, seconds: Double) -> LogEvent {
        LogEvent("teardown.done", ["id": .text(id)], "\(id) deleted after \(Self.text(seconds))")
    }

    package static func waitingForInterruptedStart(session: String) -> LogEvent {
        LogEvent("provision.settle", [:], "Waiting for the outcome of an interrupted start…")
    }

    package static func kept(id: String) -> LogEvent {
        LogEvent("kept", ["id": .text(id)], "\(id) keeps running")
    }

    /// For programs: the command that tried it fails with the same words.
    package static func teardownFailed(id: String, reason: String) -> LogEvent {
        LogEvent("teardown.failed", ["id": .text(id), "reason": .text(reason)], reason, role: .record)
    }

    // MARK: Key package and group

    package static let keyPackageFoundName = "keypackage.found"
    package static let welcomeSentName = "welcome.sent"

    package static func waitingForKeyPackage(npub: String) -> LogEvent {
        LogEvent("keypackage.wait", ["npub": .text(npub)], "Waiting for the agent's key package…")
    }

    package static func keyPackageIgnored(reason: String) -> LogEvent {
        LogEvent("keypackage.ignored", ["reason": .text(reason)], "a key package was refused: \(reason)")
    }

    package static func keyPackageFound(npub: String, kind: Int, tries: Int) -> LogEvent {
        LogEvent(
            keyPackageFoundName, ["npub": .text(npub), "kind": .number(kind), "tries": .number(tries)],
            "key package of \(npub) found (kind \(kind))")
    }

    package static func groupCreated(name: String, members: Int) -> LogEvent {
        LogEvent(
            "group.created", ["name": .text(name), "members": .number(members)],
            "group \"\(name)\" created, \(members) members")
    }

    package static func welcomeDelivered(relay: String) -> LogEvent {
        LogEvent(welcomeSentName, ["relay": .text(relay)], "Welcome delivered to \(relay)")
    }

    package static func epochChanged(epoch: Int, by who: String) -> LogEvent {
        LogEvent(
            "epoch", ["epoch": .number(epoch), "by": .text(who)],
            "the group is now in epoch \(epoch) (commit by \(who))")
    }

    package static func removedFromGroup(by who: String) -> LogEvent {
        LogEvent("removed", ["by": .text(who)], "\(who) removed us from the group", role: .warning)
    }

    // MARK: Conversation

    package static func sent(text: String, relay: String) -> LogEvent {
        LogEvent(
            "sent", ["text": .text(text), "relay": .text(relay)], text, role: .sent, confidential: ["text"],
            isBlock: true)
    }

    /// What the agent says.
    ///
    /// - Parameter speaker: how it is called in front of the line.
    package static func reply(text: String, sender: String, as speaker: String = "agent") -> LogEvent {
        LogEvent(
            "reply", ["text": .text(text), "sender": .text(sender)], text, role: .received(from: speaker),
            confidential: ["text"], isBlock: true)
    }

    /// What another member of the group says.
    package static func message(text: String, sender: String, as speaker: String) -> LogEvent {
        LogEvent(
            "message", ["text": .text(text), "sender": .text(sender)], text, role: .received(from: speaker),
            confidential: ["text"], isBlock: true)
    }

    package static func messageRejected(reason: String) -> LogEvent {
        LogEvent(
            "message.rejected", ["reason": .text(reason)], "a group event was refused: \(reason)",
            role: .warning)
    }

    // MARK: Relays

    /// - Parameter isBack: it was lost before.
    package static func relayConnected(_ url: String, isBack: Bool = false) -> LogEvent {
        LogEvent(
            "relay.up", ["relay": .text(url)], "\(url) \(isBack ? "is back" : "connected")",
            level: isBack ? .info : .debug)
    }

    package static func relayDisconnected(_ url: String, reason: String) -> LogEvent {
        LogEvent(
            "relay.down", ["relay": .text(url), "reason": .text(reason)], "\(url): \(reason)", level: .warn)
    }

    package static func relayNotice(_ url: String, text: String) -> LogEvent {
        LogEvent(
            "relay.notice", ["relay": .text(url), "text": .text(text)], "\(url): \(text)", level: .warn)
    }

    package static func relayRemark(_ url: String, text: String) -> LogEvent {
        LogEvent(
            "relay.remark", ["relay": .text(url), "text": .text(text)], "\(url): \(text)", level: .debug)
    }

    private static func text(_ seconds: Double) -> String { "\((seconds * 10).rounded() / 10)s" }
}
