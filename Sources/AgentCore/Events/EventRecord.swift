/// An event as renderers get it: a name, fields, and one line for people; secrets masked.
package struct EventRecord: Equatable, Sendable {
    /// Milliseconds since 1970.
    package let time: Int64
    package let name: String
    package let fields: [String: EventValue]
    package let text: String
    package let level: SessionEvent.Level
    package let event: SessionEvent

    package var json: String {
        var all = fields
        all["event"] = .text(name)
        all["time"] = .number(Int(time))
        return EventValue.record(all).json
    }
}

extension SessionEvent {
    /// Name, fields and text, before masking.
    var parts: (name: String, fields: [String: EventValue], text: String) {
        func seconds(_ value: Double) -> String { "\((value * 10).rounded() / 10)s" }
        switch self {
        case .provisioning(let provider, let text):
            return ("provision.start", ["provider": .text(provider)], text)
        case .provisioned(let provider, let id, let detail, let time):
            return (
                "provision.done", ["provider": .text(provider), "id": .text(id), "detail": .text(detail)],
                "done (\(id)\(detail.isEmpty ? "" : ", \(detail)")) after \(seconds(time))"
            )
        case .attached(let npub): return ("attach", ["npub": .text(npub)], "attached to \(npub)")
        case .waitingForKeyPackage(let npub):
            return ("keypackage.wait", ["npub": .text(npub)], "Waiting for the agent's key package…")
        case .keyPackageIgnored(let reason):
            return ("keypackage.ignored", ["reason": .text(reason)], reason)
        case .keyPackageFound(let npub, let kind, let tries):
            return (
                "keypackage.found", ["npub": .text(npub), "kind": .number(kind), "tries": .number(tries)],
                "key package of \(npub) found (kind \(kind))"
            )
        case .groupCreated(let name, let members):
            return (
                "group.created", ["name": .text(name), "members": .number(members)],
                "group \"\(name)\" created, \(members) members"
            )
        case .welcomeDelivered(let relay):
            return ("welcome.sent", ["relay": .text(relay)], "Welcome delivered to \(relay)")
        case .sent(let text, let relay):
            return ("sent", ["text": .text(text), "relay": .text(relay)], "sent: \(text)")
        case .reply(let text, let sender, let session):
            return ("reply", ["text": .text(text), "sender": .text(sender), "session": .text(session)], text)
        case .epochChanged(let epoch, let who):
            return (
                "epoch", ["epoch": .number(epoch), "by": .text(who)],
                "group is in epoch \(epoch) now (commit of \(who))"
            )
        case .removedFromGroup(let who):
            return ("removed", ["by": .text(who)], "\(who) removed us from the group")
        case .messageRejected(let reason):
            return ("message.rejected", ["reason": .text(reason)], "a group event was refused: \(reason)")
        case .tearingDown(let id): return ("teardown.start", ["id": .text(id)], "Deleting \(id)…")
        case .tornDown(let id, let time):
            return ("teardown.done", ["id": .text(id)], "\(id) deleted after \(seconds(time))")
        case .kept(let id): return ("kept", ["id": .text(id)], "\(id) keeps running")
        case .teardownFailed(let id, let reason):
            return ("teardown.failed", ["id": .text(id), "reason": .text(reason)], reason)
        case .relayConnected(let url): return ("relay.up", ["relay": .text(url)], "\(url) connected")
        case .relayDisconnected(let url, let reason):
            return ("relay.down", ["relay": .text(url), "reason": .text(reason)], "\(url): \(reason)")
        case .relayRemark(let url, let text):
            return ("relay.remark", ["relay": .text(url), "text": .text(text)], "\(url): \(text)")
        case .step(let title): return ("step", ["title": .text(title)], title)
        case .echo(let text): return ("echo", ["text": .text(text)], text)
        case .hint(let text): return ("hint", ["text": .text(text)], text)
        case .skipped(let why): return ("skip", ["why": .text(why)], "skipped: \(why)")
        case .command(let source, let line, let text):
            return (
                "command", ["file": .text(source), "line": .number(line), "text": .text(text)],
                "\(source):\(line): \(text)"
            )
        case .retry(let command, let tries, let reason):
            return (
                "try", ["command": .text(command), "tries": .number(tries), "reason": .text(reason)],
                "\(command): try \(tries) failed: \(reason)"
            )
        case .jobStarted(let name): return ("job.start", ["name": .text(name)], "job \(name) started")
        case .jobExited(let name, let status):
            return (
                "job.exit", ["name": .text(name), "status": .number(status)],
                "job \(name) ended with status \(status)"
            )
        case .deferred(let command, let failed):
            return (
                "defer.done", ["command": .text(command), "failed": failed.map(EventValue.text) ?? .none],
                failed.map { "cleanup \(command) failed: \($0)" } ?? "cleanup: \(command) done"
            )
        case .warning(let text): return ("warning", ["text": .text(text)], text)
        case .result(let text): return ("result", ["text": .text(text)], text)
        case .failure(let code, let message):
            return ("fail", ["code": .text(code), "message": .text(message)], message)
        }
    }
}
