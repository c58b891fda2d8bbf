import Nostr
import Synchronization
import Vocabulary

/// Tells what goes to relays and comes from them in the trace: one line for each message, the answer under the number of what it answers.
struct RelayTrace: Sendable {
    private let book: TraceBook
    private let seen: SeenRelays

    /// - Parameter relays: that there are from the start; each is named in its lines where there is more than one.
    init(_ book: TraceBook, relays: Set<RelayURL>) { (self.book, seen) = (book, SeenRelays(relays)) }

    func add(_ relay: RelayURL, _ traffic: RelayTraffic) {
        let place = seen.areSeveral(with: relay) ? "  \(relay.host)" : ""
        switch traffic {
        case .sent(let message, let text): sent(message, text, place, relay)
        case .received(let message, let text): received(message, text, place, relay)
        case .unreadable(let text):
            book.add(
                .relay, "← not a message of NIP-01  \(TraceEntry.size(text.utf8.count))\(place)", body: text)
        }
    }

    private func sent(_ message: ClientMessage, _ text: String, _ place: String, _ relay: RelayURL) {
        let size = TraceEntry.size(text.utf8.count)
        switch message {
        case .event(let event):
            book.add(
                .relay, "→ EVENT \(event.kind.rawValue) \(event.id.hex.prefix(8))  \(size)\(place)",
                ids: [event.id.hex, Self.key(relay, event.id.hex)], body: text)
        case .request(let subscription, let filters):
            book.add(
                .relay, "→ REQ \(subscription)  \(Self.summary(of: filters))\(place)",
                ids: [Self.key(relay, subscription)], body: text)
        case .close(let subscription):
            book.add(
                .relay, "→ CLOSE \(subscription)\(place)",
                number: book.latest(of: Self.key(relay, subscription))?.number)
        case .authenticate(let event):
            book.add(
                .relay, "→ AUTH \(event.id.hex.prefix(8))\(place)",
                ids: [event.id.hex, Self.key(relay, event.id.hex)], body: text)
        }
    }

    private func received(_ message: RelayMessage, _ text: String, _ place: String, _ relay: RelayURL) {
        let size = TraceEntry.size(text.utf8.count)
        func answer(_ line: String, to id: String) {
            let asked = book.latest(of: Self.key(relay, id))
            let ms = asked.map { "  \(book.elapsed(since: $0.time)) ms" } ?? ""
            book.add(.relay, "← \(line)\(ms)\(place)", number: asked?.number, body: text)
        }
        switch message {
        case .event(let subscription, let event):
            book.add(
                .relay,
                "← EVENT \(event.kind.rawValue) \(event.claimedID.hex.prefix(8))  \(size)  \(subscription)\(place)",
                ids: [event.claimedID.hex], body: text)
        case .ok(let id, let isAccepted, let message):
            answer(
                "OK \(id.prefix(8))\(isAccepted ? "" : " refused")\(message.isEmpty ? "" : ": \(message)")",
                to: id)
        case .endOfStoredEvents(let subscription): answer("EOSE \(subscription)", to: subscription)
        case .closed(let subscription, let message):
            answer("CLOSED \(subscription)\(message.isEmpty ? "" : ": \(message)")", to: subscription)
        case .notice(let message): book.add(.relay, "← NOTICE \(message)\(place)", body: text)
        case .authenticate: book.add(.relay, "← AUTH wanted\(place)", body: text)
        case .other(let type): book.add(.relay, "← \(type)  \(size)\(place)", body: text)
        }
    }

    /// The same event goes to several relays.
    private static func key(_ relay: RelayURL, _ id: String) -> String { "\(relay.text) \(id)" }

    private static func summary(of filters: [Filter]) -> String {
        filters.map { filter in
            [
                filter.kinds.map { "kinds \($0.map { String($0.rawValue) }.joined(separator: ","))" },
                filter.authors.map { "of \($0.count == 1 ? "1 author" : "\($0.count) authors")" },
                filter.since.map { "since \($0)" }, filter.until.map { "until \($0)" },
                filter.limit.map { "limit \($0)" },
            ].compactMap { $0 }.joined(separator: " ")
        }.joined(separator: " | ")
    }
}

private final class SeenRelays: Sendable {
    private let relays: Mutex<Set<RelayURL>>

    init(_ relays: Set<RelayURL>) { self.relays = Mutex(relays) }

    func areSeveral(with relay: RelayURL) -> Bool {
        relays.withLock { relays in
            relays.insert(relay)
            return relays.count > 1
        }
    }
}
