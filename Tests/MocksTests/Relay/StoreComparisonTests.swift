import Cryptography
import Nostr
import TestSupport
import Testing

@testable import Mocks

/// The store against one that has no index: the rules of the NIPs, word by word, over a list.
@Suite("RelayStore — compared with a list")
struct StoreComparisonTests {
    private struct Dice {
        private let random: SeededRandom
        init(_ seed: String) { random = SeededRandom(seed) }

        func number(below bound: Int) -> Int {
            random.bytes(4).reduce(0) { $0 << 8 | Int($1) } % bound
        }
        func one<Element>(of list: [Element]) -> Element { list[number(below: list.count)] }
        func some<Element>(of list: [Element]) -> [Element] {
            (0..<(1 + number(below: 3))).map { _ in one(of: list) }
        }
        func chance(_ percent: Int) -> Bool { number(below: 100) < percent }
    }

    private struct ListStore {
        var events: [Nostr.Event] = []

        mutating func insert(_ event: Nostr.Event, at now: Int64) -> RelayStore.Outcome {
            if isExpired(event, now) { return .expired }
            if (20_000..<30_000).contains(event.kind.rawValue) { return .ephemeral }
            if events.contains(event) { return .duplicate }
            let requests = events.filter { $0.kind.rawValue == 5 && $0.author == event.author }
            if event.kind.rawValue != 5, requests.contains(where: { names($0, event) }) { return .deleted }
            if let address = address(event),
                let known = events.first(where: { self.address($0) == address })
            {
                let isNewer =
                    event.createdAt > known.createdAt
                    || event.createdAt == known.createdAt && event.id < known.id
                guard isNewer else { return .outdated }
                events.removeAll { $0 == known }
            }
            if event.kind.rawValue == 5 {
                events = events.filter {
                    $0.author != event.author || $0.kind.rawValue == 5 || !names(event, $0)
                }
            }
            events.append(event)
            return .stored
        }

        func query(_ filters: [Filter], at now: Int64, counting: Bool = false) -> [Nostr.Event] {
            var found: [Nostr.Event] = []
            for filter in filters {
                let matches = sorted(events.filter { filter.matches($0) && !isExpired($0, now) })
                found += matches.prefix(counting ? .max : filter.limit ?? .max)
            }
            return sorted(Array(Set(found)))
        }

        private func sorted(_ events: [Nostr.Event]) -> [Nostr.Event] {
            events.sorted {
                $0.createdAt == $1.createdAt ? $0.id < $1.id : $0.createdAt > $1.createdAt
            }
        }

        private func isExpired(_ event: Nostr.Event, _ now: Int64) -> Bool {
            event.tags.first { $0.name == "expiration" }.map { Int64($0.fields[1]) ?? .max <= now } ?? false
        }

        private func names(_ request: Nostr.Event, _ event: Nostr.Event) -> Bool {
            request.tags.contains { tag in
                tag.name == "e" && tag.value == event.id.hex
                    || tag.name == "a" && tag.value == address(event) && event.createdAt <= request.createdAt
            }
        }

        private func address(_ event: Nostr.Event) -> String? {
            switch event.kind.rawValue {
            case 0, 3, 10_000..<20_000: "\(event.kind):\(event.author):"
            case 30_000..<40_000: "\(event.kind):\(event.author):\(event.tags.value("d") ?? "")"
            default: nil
            }
        }
    }

    private let keys = [TestKeys.alice, TestKeys.bob, TestKeys.carol]
    private let kinds: [UInt16] = [1, 1, 9, 445, 445, 0, 10_002, 30_001, 30_001, 20_001, 5]
    private let values = ["a", "b", "c", ""]

    private func events(_ count: Int, _ dice: Dice, times: Int) throws -> [Nostr.Event] {
        var events: [Nostr.Event] = []
        for index in 0..<count {
            let key = dice.one(of: keys)
            let kind = dice.one(of: kinds)
            var tags: [Nostr.Tag] = []
            if dice.chance(50) { tags.append(.init("h", dice.one(of: values))) }
            for value in dice.some(of: values) { tags.append(.init("t", value, "more")) }
            if dice.chance(30) { tags.append(.init("d", dice.one(of: values))) }
            if dice.chance(10) { tags.append(.init("expiration", "\(dice.number(below: 100))")) }
            if dice.chance(5) { tags += [.init("t"), .init("long", "a")] }
            if kind == 5, let target = events.last {
                tags.append(.init("e", dice.one(of: events).id.hex))
                tags.append(.init("a", "30001:\(target.author):\(dice.one(of: values))"))
                tags.append(.init("a", "10002:\(target.author):"))
                tags.append(.init("a", "nonsense"))
            }
            events.append(
                try Rumor(
                    author: key.publicKey, createdAt: Int64(dice.number(below: times)),
                    kind: EventKind(rawValue: kind), tags: tags, content: "\(index)"
                ).signed(by: key, random: SeededRandom("signature")))
        }
        return events
    }

    private func filter(_ dice: Dice, _ events: [Nostr.Event], times: Int) -> Filter {
        var filter = Filter()
        if dice.chance(10) { filter.ids = dice.some(of: events).map(\.id) }
        if dice.chance(40) { filter.authors = dice.some(of: keys).map(\.publicKey) }
        if dice.chance(50) { filter.kinds = dice.some(of: kinds).map(EventKind.init) }
        if dice.chance(30) { filter.tags["h"] = dice.some(of: values) }
        if dice.chance(30) { filter.tags["t"] = dice.some(of: values) }
        if dice.chance(5) { filter.tags["e"] = [dice.one(of: events).id.hex] }
        if dice.chance(30) { filter.since = Int64(dice.number(below: times)) }
        if dice.chance(30) { filter.until = Int64(dice.number(below: times)) }
        if dice.chance(50) { filter.limit = dice.number(below: 12) }
        if dice.chance(3) { filter.kinds = [] }
        return filter
    }

    @Test("takes, replaces, deletes and finds the same", arguments: [("ties", 6), ("spread", 5000)])
    func same(seed: String, times: Int) async throws {
        let dice = Dice(seed)
        let (events, now) = (try events(200, dice, times: times), Int64(50))
        var (store, list) = (RelayStore(), ListStore())
        for event in events + dice.some(of: events) {
            await Task.yield()
            let outcome = store.insert(StoredEvent(event), at: now)
            #expect(outcome == list.insert(event, at: now), "\(event)")
        }
        #expect(store.count == list.events.count)
        for _ in 0..<150 {
            // Other tests wait for the same few threads.
            await Task.yield()
            let filters = (0..<(1 + dice.number(below: 3))).map { _ in filter(dice, events, times: times) }
            let time = dice.one(of: [now, 80])
            let expected = list.query(filters, at: time)
            #expect(store.query(filters, at: time).map(\.event) == expected, "\(filters)")
            let count = store.count(filters.map(SubscriptionFilter.init), at: time)
            #expect(count == list.query(filters, at: time, counting: true).count, "\(filters)")
        }
    }

    @Test("the subscriptions that want an event are those whose filters match it")
    func subscriptions() throws {
        let dice = Dice("subscriptions")
        let events = try events(100, dice, times: 20)
        let outbox = Outbox(clock: ManualClock())
        var index = SubscriptionIndex()
        let all = (0..<200).map { number in
            let filters = (0..<(1 + dice.number(below: 3))).map { _ in
                SubscriptionFilter(filter(dice, events, times: 20))
            }
            return Subscription("\(number)", filters, to: outbox)
        }
        for subscription in all { index.insert(subscription) }
        for subscription in all[..<50] { index.remove(subscription) }
        for event in events {
            let wanting = all[50...].filter { $0.filters.contains { $0.matches(event) } }.map(\.name)
            #expect(index.matching(event).map(\.name).sorted() == wanting.sorted())
        }
    }

    @Test("an index keeps its order through insertions and removals anywhere", arguments: [10, 100_000])
    func index(times: Int) async throws {
        let dice = Dice("index")
        let events = try (0..<600).map { number in
            StoredEvent(
                try Rumor(
                    author: TestKeys.alice.publicKey, createdAt: Int64(dice.number(below: times)),
                    kind: .chatMessage, content: "\(number)"
                ).signed(by: TestKeys.alice, random: SeededRandom("index")))
        }
        var index = EventIndex()
        for event in events { index.insert(event) }
        func content() -> [String] {
            var cursor = index.newestFirst(.min ... .max)
            var found: [String] = []
            while let event = cursor.next() { found.append(event.event.content) }
            return found
        }
        #expect(content() == events.sorted { $0.comesBefore($1) }.map(\.event.content))
        #expect(index.oldest === events.max { $0.comesBefore($1) })
        for event in events[..<500] { index.remove(event) }
        index.remove(events[0])
        #expect(index.count == 100)
        #expect(content() == events[500...].sorted { $0.comesBefore($1) }.map(\.event.content))
        for event in events[500...] { index.remove(event) }
        #expect(index.isEmpty && index.oldest == nil && content().isEmpty)
    }
}
