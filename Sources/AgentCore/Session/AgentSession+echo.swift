import Nostr
import Vocabulary

/// What a relay has confirmed comes back from one of the group's relays, because we follow the group. What does not was not stored.
extension AgentSession {
    /// A message that a relay has confirmed and none has delivered yet.
    struct Unechoed: Sendable {
        let text: String
        let relay: String
    }

    func expectEcho(of id: EventID, _ message: Unechoed) {
        unechoed[id] = message
        guard echoWatch == nil, !isClosed else { return }
        echoWatch = Task {
            while !unechoed.isEmpty, !Task.isCancelled {
                let ids = Array(unechoed.keys)
                guard (try? await environment.clock.sleep(for: environment.limits.echo)) != nil else { break }
                await lookFor(ids)
            }
            echoWatch = nil
        }
    }

    /// At the end there is less time.
    func lookForEchoes() async {
        echoWatch?.cancel()
        guard !unechoed.isEmpty, !Task.isCancelled else { return }
        do {
            try await withDeadline(environment.limits.lastEcho, clock: environment.clock) {
                for await _ in await self.activity() where await self.unechoed.isEmpty { return }
            }
        } catch { await lookFor(Array(unechoed.keys)) }
    }

    /// Asks the relays for those that have not come back.
    private func lookFor(_ ids: [EventID]) async {
        let missing = ids.filter { unechoed[$0] != nil }
        guard !missing.isEmpty else { return }
        let found = try? await environment.pool.fetch(
            [Filter(ids: missing)], within: environment.limits.lastEcho
        ) { $0.count == missing.count }
        for id in missing {
            guard let message = unechoed.removeValue(forKey: id) else { continue }
            if let found, found.contains(where: { $0.id == id }) { continue }
            emit(
                .warning(
                    "\(message.relay) confirmed \(named(message.text, id)), but no relay delivers it, not even when asked for it: nobody will read it. Use another relay (--relay)"
                ))
        }
    }
}
