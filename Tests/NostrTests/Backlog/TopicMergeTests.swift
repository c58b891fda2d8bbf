import TestSupport
import Testing

@testable import Nostr

@Suite("TopicMerge")
struct TopicMergeTests {
    private let (one, other): (RelayURL, RelayURL)
    private var merge: TopicMerge
    private let mark = SyncMark(readAt: 1, searchedAt: 1)

    init() throws {
        (one, other) = (try RelayURL("ws://127.0.0.1:1"), try RelayURL("ws://127.0.0.1:2"))
        merge = TopicMerge(relays: [one, other], topics: ["t"])
    }

    private func texts(_ effects: [TopicMerge.Effect]) -> [String] {
        effects.flatMap { effect -> [String] in
            guard case .deliver(let delivery, _) = effect else { return [] }
            switch delivery {
            case .events(let events, _): return events.map(\.content)
            case .read(let relay, _, _): return ["read \(relay.port)"]
            case .known: return ["known"]
            case .closed: return ["closed"]
            case .progress: return []
            }
        }
    }

    private func read() -> RelayFollowing.Effect { .read(topic: "t", mark, gaps: []) }
    private func stored(_ events: [Event]) -> RelayFollowing.Effect { .stored(events, topic: "t") }

    @Test("both relays' stored events come in the order of their dates, each once, then both ends")
    mutating func merged() throws {
        let events = try (1...4).map { try SampleEvents.at(Int64($0), "\($0)") }
        #expect(texts(merge.received(stored([events[1], events[3]]), from: one)).isEmpty)
        #expect(texts(merge.received(read(), from: one)).isEmpty)
        #expect(texts(merge.received(stored([events[0], events[1], events[2]]), from: other)).isEmpty)
        #expect(texts(merge.received(read(), from: other)) == ["1", "2", "3", "4", "read 1", "read 2"])
    }

    @Test("events of one second come in the order of their ids, from whichever relay they are")
    mutating func ties() throws {
        let events = try (0..<6).map { try SampleEvents.at(5, "\($0)") }
        _ = merge.received(stored(Array(events[..<3])), from: one)
        _ = merge.received(read(), from: one)
        _ = merge.received(stored(Array(events[3...])), from: other)
        let ordered = events.sorted { $0.id < $1.id }.map(\.content)
        #expect(texts(merge.received(read(), from: other)) == ordered + ["read 1", "read 2"])
    }

    @Test("after the grace period the slow one is not waited for; what it has comes later")
    mutating func grace() throws {
        let events = try (1...2).map { try SampleEvents.at(Int64($0), "\($0)") }
        _ = merge.received(stored([events[1]]), from: one)
        #expect(merge.received(read(), from: one) == [.beginGrace(topic: "t", number: 1)])
        #expect(texts(merge.graceIsOver("t", number: 1)) == ["2", "read 1"])
        #expect(merge.graceIsOver("t", number: 1).isEmpty)
        #expect(texts(merge.received(stored(events), from: other)) == ["1"])
        #expect(texts(merge.received(read(), from: other)) == ["read 2"])
    }

    @Test(
        "nobody is given up before one was read, and who shows signs of life has more time, though not for ever"
    )
    mutating func life() {
        #expect(
            !merge.received(.progress(topic: "t"), from: other).contains {
                if case .beginGrace = $0 { true } else { false }
            })
        _ = merge.received(read(), from: one)
        #expect(
            merge.received(.progress(topic: "t"), from: other).last == .beginGrace(topic: "t", number: 2))
        #expect(merge.graceIsOver("t", number: 1).isEmpty)
        var released: [String] = []
        for _ in 0...TopicMerge.patience {
            released += texts(merge.received(.progress(topic: "t"), from: other))
        }
        #expect(released == ["read 1"])
    }

    @Test("a live event waits for the stored ones, and a second relay's copy is told as known")
    mutating func live() throws {
        let (old, new) = (try SampleEvents.at(1, "old"), try SampleEvents.at(2, "new"))
        _ = merge.received(read(), from: one)
        #expect(texts(merge.received(.live(new, topic: "t"), from: one)).isEmpty)
        _ = merge.received(stored([old]), from: other)
        #expect(texts(merge.received(read(), from: other)) == ["old", "new", "read 1", "known", "read 2"])
        #expect(texts(merge.received(.live(new, topic: "t"), from: other)) == ["known"])
        let later = try SampleEvents.at(3, "later")
        #expect(
            merge.received(.live(later, topic: "t"), from: other)
                == [.deliver(.events([later], from: other), topic: "t")])
    }

    @Test("a relay that ends the subscription is not waited for")
    mutating func closed() {
        _ = merge.received(read(), from: one)
        #expect(texts(merge.received(.closed("no", isFinal: true), from: other)) == ["closed", "read 1"])
    }
}
