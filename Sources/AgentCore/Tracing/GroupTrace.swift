import Marmot
import Nostr
import Vocabulary

/// Tells in the trace what events come to inside of a group.
struct GroupTrace: Sendable {
    let book: TraceBook

    /// - Parameter event: from a relay; what had waited for it comes with it.
    func add(_ received: [MarmotClient.Received], of event: Event, epoch: UInt64?) {
        let (id, place) = (event.id.hex, epoch.map { "  epoch \($0)" } ?? "")
        for (index, one) in received.enumerated() {
            let line = Self.line(of: one.result)
            let name = index == 0 ? "" : "  (had waited for it)"
            book.add(
                .mls, "← \(id.prefix(8)) \(line)\(place)\(name)", number: book.latest(of: id)?.number,
                ids: [id])
        }
    }

    func addRefusedKeyPackages(_ events: [(id: EventID, why: String)]) {
        for (id, why) in events {
            book.add(
                .mls, "✗ key package \(id.hex.prefix(8)) refused: \(why)",
                number: book.latest(of: id.hex)?.number,
                ids: [id.hex])
        }
    }

    private static func line(of result: Result<GroupReception, any Error>) -> String {
        switch result {
        case .success(.message(let rumor, _)):
            "message of kind \(rumor.kind.rawValue), \(rumor.content.utf8.count) bytes, by \(KeyText.npub(rumor.author))"
        case .success(.epochChanged(let epoch, let committer)):
            "commit by \(KeyText.npub(committer)): epoch \(epoch == 0 ? 0 : epoch - 1)→\(epoch)"
        case .success(.rolledBack(let epoch, let committer, _, _, _)):
            "rolled back to the commit of \(KeyText.npub(committer)): epoch \(epoch)"
        case .success(.removed(let committer)): "commit by \(KeyText.npub(committer)): we are removed"
        case .success(.proposal): "proposal"
        case .success(.duplicate): "known already"
        case .success(.waiting): "cannot be read yet: waits for a change of the group"
        case .success(.blocked(let obstacle)): "blocked: \(obstacle)"
        case .failure(let error): "refused: \(error)"
        }
    }
}

extension AgentSession {
    func trace(_ received: [MarmotClient.Received], of event: Event) async {
        var epoch: UInt64?
        if let listenedGroup { epoch = await environment.client.group(listenedGroup)?.mls.epoch }
        GroupTrace(book: environment.log.trace).add(received, of: event, epoch: epoch)
    }
}
