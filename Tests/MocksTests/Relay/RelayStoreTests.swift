import Cryptography
import Nostr
import TestSupport
import Testing

@testable import Mocks

@Suite("RelayStore — NIP-01")
struct RelayStoreTests {
    private func event(
        kind: UInt16, at time: Int64, _ content: String = "", d: String? = nil,
        tags: [Nostr.Tag] = [], by key: Secp256k1SecretKey = TestKeys.alice
    ) throws -> Nostr.Event {
        try Rumor(
            author: key.publicKey, createdAt: time, kind: EventKind(rawValue: kind),
            tags: tags + (d.map { [Nostr.Tag("d", $0)] } ?? []), content: content
        ).signed(by: key, random: SeededRandom("store"))
    }

    @Test("keeps the newest replaceable event of each author")
    func replaceable() throws {
        var store = RelayStore()
        let old = try event(kind: 10_051, at: 1)
        let new = try event(kind: 10_051, at: 2)
        #expect(store.insert(new) == .stored)
        #expect(store.insert(old) == .outdated)
        #expect(store.insert(try event(kind: 10_051, at: 1, by: TestKeys.bob)) == .stored)
        #expect(store.query([Filter(authors: [TestKeys.alice.publicKey])]) == [new])
    }

    @Test("of two with one date the lower id stays")
    func tie() throws {
        let pair = [try event(kind: 0, at: 1, "a"), try event(kind: 0, at: 1, "b")]
        let lower = try #require(pair.min { $0.id < $1.id })
        for order in [pair, pair.reversed()] {
            var store = RelayStore()
            for event in order { _ = store.insert(event) }
            #expect(store.query([Filter()]) == [lower])
        }
    }

    @Test("addressable events are told apart by their d tag")
    func addressable() throws {
        var store = RelayStore()
        _ = store.insert(try event(kind: 30_443, at: 1, d: "x"))
        _ = store.insert(try event(kind: 30_443, at: 2, d: "x"))
        _ = store.insert(try event(kind: 30_443, at: 1, d: "y"))
        #expect(store.count == 2)
    }

    @Test("passes ephemeral events on without keeping them; duplicates are known")
    func ephemeral() throws {
        var store = RelayStore()
        #expect(store.insert(try event(kind: 20_067, at: 1)) == .ephemeral)
        let regular = try event(kind: 445, at: 1)
        #expect(store.insert(regular) == .stored)
        #expect(store.insert(regular) == .duplicate)
        #expect(store.count == 1)
    }

    @Test("answers the newest first, each filter's limit apart, each event once")
    func queries() throws {
        var store = RelayStore()
        let events = try (1...10).map { try event(kind: $0 % 2 == 0 ? 445 : 9, at: Int64($0)) }
        for event in events { _ = store.insert(event) }
        #expect(store.query([Filter(limit: 3)]).map(\.createdAt) == [10, 9, 8])
        #expect(
            store.query([Filter(kinds: [EventKind(rawValue: 445)], limit: 2), Filter(limit: 1)]).map(
                \.createdAt) == [10, 8])
        #expect(store.query([Filter(limit: 0)]).isEmpty)
        #expect(store.query([Filter(since: 3, until: 5)]).map(\.createdAt) == [5, 4, 3])
        #expect(store.query([Filter(ids: [events[4].id])]) == [events[4]])
    }

    @Test("a deletion takes what its author names, and keeps it out afterwards; nobody else's")
    func deletion() throws {
        let (mine, other) = (try event(kind: 9, at: 5), try event(kind: 9, at: 5, by: TestKeys.bob))
        let request = try event(
            kind: 5, at: 1, tags: [.init("e", mine.id.hex), .init("e", other.id.hex)])
        for order in [[mine, other, request], [request, mine, other]] {
            var store = RelayStore()
            let outcomes = order.map { store.insert($0) }
            #expect(outcomes.contains(.deleted) == (order[0] == request))
            #expect(Set(store.query([Filter()])) == [other, request])
            #expect(store.insert(mine) == .deleted)
        }
    }

    @Test("a deletion by address takes the versions up to its date, the newer ones stay")
    func deletionOfVersions() throws {
        let address = "30443:\(TestKeys.alice.publicKey.hex):x"
        var store = RelayStore()
        #expect(store.insert(try event(kind: 30_443, at: 5, d: "x")) == .stored)
        let request = try event(kind: 5, at: 6, tags: [.init("a", address)])
        #expect(store.insert(request) == .stored)
        #expect(store.query([Filter()]) == [request])
        #expect(store.insert(try event(kind: 30_443, at: 6, d: "x")) == .deleted)
        #expect(store.insert(try event(kind: 30_443, at: 6, d: "y")) == .stored)
        let newer = try event(kind: 30_443, at: 7, d: "x")
        #expect(store.insert(newer) == .stored)
        #expect(store.insert(try event(kind: 5, at: 6, "again", tags: [.init("a", address)])) == .stored)
        #expect(store.query([Filter(ids: [newer.id])]) == [newer])
    }

    @Test("a deletion request cannot be deleted")
    func deletionOfDeletion() throws {
        var store = RelayStore()
        let first = try event(kind: 5, at: 1)
        _ = store.insert(first)
        _ = store.insert(try event(kind: 5, at: 2, tags: [.init("e", first.id.hex)]))
        #expect(store.count == 2)
    }

    @Test("expired events are neither taken nor given")
    func expiration() throws {
        var store = RelayStore()
        let event = try event(kind: 9, at: 1, tags: [.init("expiration", "100")])
        #expect(store.insert(StoredEvent(event), at: 100) == .expired)
        #expect(store.insert(StoredEvent(event), at: 99) == .stored)
        for (now, count) in [(Int64(99), 1), (100, 0)] {
            #expect(store.query([Filter()], at: now).count == count)
            #expect(store.query([Filter(ids: [event.id])], at: now).count == count)
            #expect(store.count([SubscriptionFilter(Filter())], at: now) == count)
        }
    }

    @Test("what has no end in time is found as well")
    func extremes() throws {
        var store = RelayStore()
        let events = try [Int64.max, 0, -1, .min].map { try event(kind: 9, at: $0) }
        for event in events { #expect(store.insert(event) == .stored) }
        #expect(store.query([Filter()]) == events)
        #expect(store.query([Filter(since: .max)]) == [events[0]])
        #expect(store.query([Filter(until: .min)]) == [events[3]])
        #expect(store.query([Filter(since: 1, until: 0)]).isEmpty)
    }
}

extension RelayStore {
    mutating func insert(_ event: Nostr.Event) -> Outcome { insert(StoredEvent(event), at: 0) }
    func query(_ filters: [Filter]) -> [Nostr.Event] { query(filters, at: 0).map(\.event) }
}
