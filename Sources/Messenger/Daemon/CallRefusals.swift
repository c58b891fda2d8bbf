import Marmot
import Nostr
import Synchronization
import Vocabulary

/// Invitations to calls, which are refused one after the other, each once, while the caller waits. Whoever sends them by the thousand
/// waits in vain.
final class CallRefusals: Sendable {
    private static let waitingLimit = 32

    private let queue = BoundedQueue<(signal: CallSignal, message: HeardMessage)>(limit: 1 << 20)
    private let state = Mutex((known: [String](), waiting: 0))

    /// Other signals of calls are nobody's business.
    func note(_ signal: CallSignal, _ message: HeardMessage) {
        guard signal.isInvitation else { return }
        let isWanted = state.withLock { state in
            guard !state.known.contains(signal.callID), state.waiting < Self.waitingLimit else {
                return false
            }
            state.known.append(signal.callID)
            if state.known.count > Self.waitingLimit { state.known.removeFirst() }
            state.waiting += 1
            return true
        }
        if isWanted { queue.post((signal, message)) }
    }

    /// Until cancelled.
    ///
    /// - Parameter ageLimit: older invitations are left alone. Seconds.
    func refuse(by messenger: Messenger, log: EventLog, ageLimit: Int64) async {
        while let (signal, message) = await queue.next() {
            state.withLock { $0.waiting -= 1 }
            let now = messenger.environment.now()
            guard now - message.rumor.createdAt < ageLimit else { continue }
            do {
                _ = try await messenger.send(
                    signal.refusal(now: now), kind: CallSignal.kind, to: messenger.group(message.nostrGroupID)
                )
            } catch { log.emit(.warning("a call could not be refused: \(error)")) }
        }
    }
}
