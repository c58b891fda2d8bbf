import Cryptography
import Nostr
import TestSupport
import Testing

@testable import Mocks

@Suite("RelayStore — NIP-01")
struct RelayStoreTests {
    private func event(
        kind: UInt16, at time: Int64, _ content: String = "", d: String? = nil,
        by key: Secp256k1SecretKey = TestKeys.alice
    ) throws -> Event {
        try Rumor(
            author: key.publicKey, createdAt: time, kind: EventKind(rawValue: kind),
            tags: d.map { [Nostr.Tag("d", $0)] } ?? [], content: content
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
}
