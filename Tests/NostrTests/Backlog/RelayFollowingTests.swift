import TestSupport
import Testing

@testable import Nostr

@Suite("RelayFollowing")
struct RelayFollowingTests {
    private let relay: RelayURL

    init() throws { relay = try RelayURL("ws://127.0.0.1:1") }

    private func topic(_ name: String, mark: SyncMark? = nil, isNew: Bool = false) -> Topic {
        Topic(
            name, Filter(kinds: [.chatMessage], tags: ["h": [name]]), since: 0,
            marks: mark.map { [relay: $0] } ?? [:], isNew: isNew)
    }

    private func following(_ topics: Topic...) -> RelayFollowing {
        RelayFollowing(name: "s", topics: topics, relay: relay)
    }

    private func name(_ effects: [RelayFollowing.Effect]) -> [String] {
        effects.map { effect in
            switch effect {
            case .ask(let page, let filter): "ask \(page) \(filter.until.map { "\($0)" } ?? "newest")"
            case .close(let page): "close \(page)"
            case .progress: "progress"
            case .stored(let events, let topic):
                "stored \(topic) \(events.map(\.content).joined(separator: ","))"
            case .read(let topic, _, let gaps): "read \(topic)\(gaps.isEmpty ? "" : " with gaps")"
            case .live(let event, let topic): "live \(topic) \(event.content)"
            case .closed(let why, _): "closed \(why)"
            case .remark: "remark"
            }
        }
    }

    @Test("newest page, older page, end; live events meanwhile come behind, later ones at once")
    func wholeWay() throws {
        var following = following(topic("a"))
        let (one, two, three) = (
            try SampleEvents.at(1, "one"), try SampleEvents.at(2, "two"), try SampleEvents.at(3, "three")
        )
        #expect(following.received("s", .requested, now: 9).isEmpty)
        for event in [two, one] { #expect(following.received("s", .event(event), now: 9).isEmpty) }
        #expect(name(following.received("s", .endOfStoredEvents, now: 9)) == ["progress", "ask s-1 1"])
        #expect(following.received("s", .event(three), now: 9).isEmpty)
        _ = following.received("s-1", .requested, now: 9)
        _ = following.received("s-1", .event(one), now: 9)
        #expect(
            name(following.received("s-1", .endOfStoredEvents, now: 9)) == [
                "close s-1", "progress", "ask s-2 1",
            ])
        // That was the crowded question; now what is older.
        _ = following.received("s-2", .event(one), now: 9)
        #expect(
            name(following.received("s-2", .endOfStoredEvents, now: 9)) == [
                "close s-2", "progress", "ask s-3 0",
            ])
        #expect(
            name(following.received("s-3", .endOfStoredEvents, now: 9)) == [
                "close s-3", "progress", "stored a one,two,three", "read a",
            ])
        let four = try SampleEvents.at(4, "four")
        #expect(name(following.received("s", .event(four), now: 9)) == ["live a four"])
    }

    @Test("a new topic is read at once")
    func new() {
        var following = following(topic("a", isNew: true))
        _ = following.received("s", .requested, now: 9)
        #expect(name(following.received("s", .endOfStoredEvents, now: 9)) == ["progress", "read a"])
    }

    @Test("of two topics each gets its own events, and pages of its own, one after the other")
    func two() throws {
        var following = following(topic("a"), topic("b"))
        _ = following.received("s", .requested, now: 9)
        _ = following.received("s", .event(try SampleEvents.at(5, "x", group: "b")), now: 9)
        #expect(
            name(following.received("s", .endOfStoredEvents, now: 9)) == [
                "progress", "progress", "ask s-1 newest",
            ])
        #expect(
            name(following.received("s-1", .endOfStoredEvents, now: 9)) == [
                "close s-1", "progress", "read a", "ask s-2 5",
            ])
    }

    @Test("after a new connection only what is new is read, and the page that was under way is given up")
    func reconnected() throws {
        var following = following(topic("a", isNew: true))
        _ = following.received("s", .requested, now: 9)
        _ = following.received("s", .endOfStoredEvents, now: 9)
        let old = try (0..<30).map { try SampleEvents.at(Int64(100 + $0), "\($0)") }
        for event in old { _ = following.received("s", .event(event), now: 500) }
        _ = following.received("s", .requested, now: 600)
        for event in old.reversed() { _ = following.received("s", .event(event), now: 600) }
        #expect(name(following.received("s", .endOfStoredEvents, now: 600)).last == "read a")
        _ = following.received("s", .requested, now: 700)
        _ = following.received("s", .event(try SampleEvents.at(650, "missed")), now: 700)
        #expect(name(following.received("s", .endOfStoredEvents, now: 700)).last == "ask s-1 650")
        #expect(name(following.received("s", .requested, now: 800)) == ["close s-1"])
    }

    @Test("a relay without EOSE: silence ends a page, said once; no answer at all may still come")
    func silence() throws {
        var following = following(topic("a"))
        _ = following.received("s", .requested, now: 9)
        #expect(!following.isExpecting && following.fellSilent(now: 9).isEmpty)
        _ = following.received("s", .event(try SampleEvents.at(5, "x")), now: 9)
        #expect(following.isExpecting)
        #expect(name(following.fellSilent(now: 9)) == ["remark", "progress", "ask s-1 5"])
        _ = following.received("s-1", .requested, now: 9)
        for _ in 0..<3 { #expect(following.fellSilent(now: 9).isEmpty) }
        #expect(
            name(following.fellSilent(now: 9)) == ["close s-1", "progress", "stored a x", "read a"])
    }

    @Test("a relay that refuses older pages: what came is used, and the rest is a gap")
    func refused() throws {
        var following = following(topic("a"))
        _ = following.received("s", .requested, now: 9)
        _ = following.received("s", .event(try SampleEvents.at(5, "x")), now: 9)
        _ = following.received("s", .endOfStoredEvents, now: 9)
        #expect(
            name(following.received("s-1", .closed("rate-limited: later", isFinal: false), now: 9)) == [
                "remark"
            ])
        let effects = following.received("s-1", .closed("blocked: no", isFinal: true), now: 9)
        #expect(name(effects) == ["remark", "stored a x", "read a with gaps"])
        #expect(effects.first == .remark("refused to tell older events: blocked: no"))
        #expect(
            name(following.received("s", .closed("blocked: no", isFinal: true), now: 9)) == [
                "closed blocked: no"
            ])
    }

    @Test("once an hour what was published late is looked for, beside live events")
    func search() throws {
        let old = try (0..<30).map { try SampleEvents.at(Int64(1000 + $0), "\($0)") }
        var mark = SyncMark(readAt: 2000, searchedAt: 2000)
        for event in old { mark.add(event.id, now: 2000) }
        var following = following(topic("a", mark: mark))
        _ = following.received("s", .requested, now: 5601)
        for event in old { _ = following.received("s", .event(event), now: 5601) }
        let effects = name(following.received("s", .endOfStoredEvents, now: 5601))
        #expect(effects.contains("read a") && effects.last == "ask s-1 1000")
        let live = try SampleEvents.at(5601, "live")
        #expect(name(following.received("s", .event(live), now: 5601)) == ["live a live"])
        _ = following.received("s-1", .event(try SampleEvents.at(990, "late")), now: 5602)
        _ = following.received("s-1", .event(old[0]), now: 5602)
        #expect(name(following.received("s-1", .endOfStoredEvents, now: 5602)).last == "ask s-2 990")
        #expect(
            name(following.received("s-2", .endOfStoredEvents, now: 5602)).suffix(2) == [
                "stored a late,0", "read a",
            ])
        // The next reading is soon, and searches no more.
        _ = following.received("s", .requested, now: 5700)
        for event in old + [live] { _ = following.received("s", .event(event), now: 5700) }
        #expect(name(following.received("s", .endOfStoredEvents, now: 5700)).last == "read a")
    }

    @Test(
        "dates of gift wraps are made up: what comes late is no stored event, and all is read after each reconnection"
    )
    func backdated() throws {
        let wraps = Topic(
            "a", Filter(kinds: [.chatMessage], tags: ["h": ["a"]]), since: 0, isBackdated: true)
        var following = following(wraps)
        let (old, older) = (try SampleEvents.at(100, "old"), try SampleEvents.at(50, "older"))
        _ = following.received("s", .requested, now: 1000)
        _ = following.received("s", .event(old), now: 1000)
        #expect(name(following.received("s", .endOfStoredEvents, now: 1000)).contains("ask s-1 100"))
        for page in ["s-1", "s-2", "s-3"] {
            _ = following.received(page, .requested, now: 1000)
            if page != "s-3" { _ = following.received(page, .event(old), now: 1000) }
            _ = following.received(page, .endOfStoredEvents, now: 1000)
        }
        #expect(name(following.received("s", .event(older), now: 1001)) == ["live a older"])

        // Again: the known event does not end the reading.
        _ = following.received("s", .requested, now: 2000)
        _ = following.received("s", .event(old), now: 2000)
        #expect(name(following.received("s", .endOfStoredEvents, now: 2000)).contains("ask s-4 100"))
    }
}
