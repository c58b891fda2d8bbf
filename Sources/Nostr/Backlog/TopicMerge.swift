import Vocabulary

/// What several relays tell of the same topics, put together: the stored events of all relays that answer go out in the order of their
/// dates, each once, and no relay that is down or slow is waited for. Pure.
struct TopicMerge {
    enum Effect: Equatable {
        case deliver(TopicDelivery, topic: String)
        /// Call `graceIsOver` with this number after the grace period.
        case beginGrace(topic: String, number: Int)
    }

    /// Bytes of events that wait for slower relays.
    static let heldLimitBytes = 16 << 20

    /// Pages that slower relays may take once one was read: a history without end must not hold up the others.
    static let patience = 200

    private struct State {
        /// The stored events went out; what comes now goes out at once.
        var isReleased = false
        var settled = Set<RelayURL>()
        var held: [Event] = []
        var heldBytes = 0
        /// Goes out behind the held events.
        var reads: [TopicDelivery] = []
        /// Counts signs of life since the first relay was read.
        var number = 0
    }

    private let relays: Set<RelayURL>
    private var topics: [String: State]
    private var seen = SeenEvents()

    init(relays: [RelayURL], topics: [String]) {
        self.relays = Set(relays)
        self.topics = Dictionary(topics.map { ($0, State()) }) { first, _ in first }
    }

    mutating func received(_ effect: RelayFollowing.Effect, from relay: RelayURL) -> [Effect] {
        switch effect {
        case .stored(let events, let topic): return stored(events, topic, relay)
        case .live(let event, let topic): return live(event, topic, relay)
        case .read(let topic, let mark, let gaps):
            let read = TopicDelivery.read(relay, mark, gaps: gaps)
            guard topics[topic]?.isReleased == false else { return [.deliver(read, topic: topic)] }
            topics[topic]?.reads.append(read)
            return settle(relay, topic)
        case .progress(let topic):
            return [.deliver(.progress(relay), topic: topic)] + restartGrace(topic)
        case .closed(let why, let isFinal):
            return topics.keys.sorted().flatMap { topic in
                [.deliver(.closed(relay, why, isFinal: isFinal), topic: topic)] + settle(relay, topic)
            }
        case .ask, .close, .remark: return []
        }
    }

    /// The number is that of the latest `beginGrace`: nobody has shown a sign of life since.
    mutating func graceIsOver(_ topic: String, number: Int) -> [Effect] {
        guard let state = topics[topic], !state.isReleased, state.number == number else { return [] }
        return release(topic)
    }

    private mutating func stored(_ events: [Event], _ topic: String, _ relay: RelayURL) -> [Effect] {
        let fresh = events.filter { seen.isNew($0.id) }
        guard !fresh.isEmpty else { return [] }
        guard topics[topic]?.isReleased == false else {
            return [.deliver(.events(fresh, from: nil), topic: topic)]
        }
        return hold(fresh, topic)
    }

    private mutating func hold(_ events: [Event], _ topic: String) -> [Effect] {
        topics[topic]?.held += events
        topics[topic]?.heldBytes += events.reduce(0) { $0 + $1.sizeBytes }
        guard topics[topic]?.heldBytes ?? 0 > Self.heldLimitBytes else { return [] }
        return release(topic)
    }

    private mutating func live(_ event: Event, _ topic: String, _ relay: RelayURL) -> [Effect] {
        guard seen.isNew(event.id) else { return [.deliver(.known(event.id, by: relay), topic: topic)] }
        guard topics[topic]?.isReleased == false else {
            return [.deliver(.events([event], from: relay), topic: topic)]
        }
        topics[topic]?.reads.append(.known(event.id, by: relay))
        return hold([event], topic)
    }

    /// The relay will tell nothing more of what it has stored.
    private mutating func settle(_ relay: RelayURL, _ topic: String) -> [Effect] {
        guard topics[topic]?.isReleased == false else { return [] }
        topics[topic]?.settled.insert(relay)
        if topics[topic]?.settled == relays { return release(topic) }
        return restartGrace(topic)
    }

    private mutating func restartGrace(_ topic: String) -> [Effect] {
        guard let state = topics[topic], !state.isReleased, !state.settled.isEmpty else { return [] }
        guard state.number < Self.patience else { return release(topic) }
        topics[topic]?.number = state.number + 1
        return [.beginGrace(topic: topic, number: state.number + 1)]
    }

    private mutating func release(_ topic: String) -> [Effect] {
        guard let state = topics[topic] else { return [] }
        var released = State()
        released.isReleased = true
        topics[topic] = released
        let events = state.held.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
        return (events.isEmpty ? [] : [.deliver(.events(events, from: nil), topic: topic)])
            + state.reads.map { .deliver($0, topic: topic) }
    }
}

/// What following a topic brings.
package enum TopicDelivery: Equatable, Sendable {
    /// Oldest first, each event once.
    ///
    /// - `from`: the relay that sent a live event; nil for stored ones.
    case events([Event], from: RelayURL?)
    /// The relay, too, sent this event.
    case known(EventID, by: RelayURL)
    /// The relay is telling what it has.
    case progress(RelayURL)
    /// Everything that the relay has stored came before this; then only live events follow, until it comes again after a new connection.
    ///
    /// - `gaps`: spans of time of which the relay has more than it tells.
    case read(RelayURL, SyncMark, gaps: [ClosedRange<Int64>])
    /// The relay ended the subscription; unless that is final, it is asked again.
    case closed(RelayURL, String, isFinal: Bool)

    /// About how many bytes it takes.
    package var sizeBytes: Int {
        switch self {
        case .events(let events, _): events.reduce(0) { $0 + $1.sizeBytes }
        case .known, .progress, .closed: 64
        case .read: 4096
        }
    }
}
