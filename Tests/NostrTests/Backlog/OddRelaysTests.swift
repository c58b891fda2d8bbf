import TestSupport
import Testing

@testable import Nostr

/// Relays that say where their stored events end and do not mean it, and relays that end subscriptions again and again.
@Suite("RelayFollowing at odd relays")
struct OddRelaysTests {
    private var following: RelayFollowing
    private let now: Int64 = 100_000

    init() throws {
        let topic = Topic("a", Filter(kinds: [.chatMessage], tags: ["h": ["a"]]), since: 0)
        following = RelayFollowing(name: "s", topics: [topic], relay: try RelayURL("ws://127.0.0.1:1"))
    }

    private func name(_ effects: [RelayFollowing.Effect]) -> [String] {
        effects.map { effect in
            switch effect {
            case .ask(let page, let filter): "ask \(page) \(filter.until.map { "\($0)" } ?? "newest")"
            case .close(let page): "close \(page)"
            case .progress: "progress"
            case .stored(let events, _): "stored \(events.map(\.content).joined(separator: ","))"
            case .read(_, _, let gaps): gaps.isEmpty ? "read" : "read with gaps"
            case .live(let event, _): "live \(event.content)"
            case .closed(let why, _): "closed \(why)"
            case .remark(let text): text
            }
        }
    }

    /// Names of what follows.
    private mutating func send(_ subscription: String, _ delivery: RelayDelivery, after seconds: Int64 = 0)
        -> [String]
    {
        name(following.received(subscription, delivery, now: now + seconds))
    }

    private mutating func silence() -> [String] { name(following.fellSilent(now: now)) }

    private let behindEnd = "sends stored events behind their end (EOSE)"

    @Test("an end before any event is believed after a moment")
    mutating func nothing() {
        #expect(send("s", .requested).isEmpty && following.patience == nil)
        #expect(send("s", .endOfStoredEvents).isEmpty)
        #expect(following.patience == .milliseconds(100))
        #expect(silence() == ["progress", "read"])
        #expect(following.patience == nil)
    }

    @Test(
        "stored events that come behind their end are read whole, by the relay's silence, and that is told once"
    )
    mutating func endFirst() throws {
        let events = try (1...4).map { try SampleEvents.at(Int64($0), "\($0)") }
        _ = send("s", .requested)
        _ = send("s", .endOfStoredEvents)
        #expect(send("s", .event(events[3])) == [behindEnd])
        #expect(send("s", .event(events[2])).isEmpty)
        #expect(following.patience == RelayPool.silence)
        #expect(silence() == ["progress", "ask s-1 3"])
        _ = send("s-1", .requested)
        #expect(send("s-1", .endOfStoredEvents).isEmpty)
        for event in events[..<3].reversed() { #expect(send("s-1", .event(event)).isEmpty) }
        #expect(silence() == ["close s-1", "progress", "ask s-2 1"])
        // Nothing at all takes a while to be believed.
        _ = send("s-2", .requested)
        _ = send("s-2", .event(events[0]))
        #expect(silence() == ["close s-2", "progress", "ask s-3 1"])
        _ = send("s-3", .event(events[0]))
        #expect(silence() == ["close s-3", "progress", "ask s-4 0"])
        for _ in 0..<3 { #expect(silence().isEmpty) }
        #expect(silence() == ["close s-4", "progress", "stored 1,2,3,4", "read"])
        // On a new connection, too.
        _ = send("s", .requested)
        #expect(send("s", .event(events[3])).isEmpty && send("s", .endOfStoredEvents).isEmpty)
        #expect(silence().contains("progress"))
    }

    @Test("a page of which something is known is not believed to be empty at once")
    mutating func emptyPage() throws {
        let events = try (1...3).map { try SampleEvents.at(now - 10 + Int64($0), "\($0)") }
        for comes in [true, false] {
            following = try Self().following
            _ = send("s", .requested)
            for event in events[1...].reversed() { _ = send("s", .event(event)) }
            #expect(send("s", .endOfStoredEvents) == ["progress", "ask s-1 \(now - 8)"])
            #expect(send("s-1", .endOfStoredEvents).isEmpty)
            #expect(following.patience == .milliseconds(100))
            if comes {
                #expect(send("s-1", .event(events[1])) == [behindEnd])
                #expect(send("s-1", .event(events[0])).isEmpty)
                #expect(silence() == ["close s-1", "progress", "ask s-2 \(now - 9)"])
            } else {
                #expect(silence() == ["close s-1", "progress", "stored 2,3", "read"])
            }
        }
    }

    @Test("what was stored seconds ago and comes behind the end is stored, too")
    mutating func recent() throws {
        _ = send("s", .requested)
        _ = send("s", .endOfStoredEvents)
        #expect(send("s", .event(try SampleEvents.at(now - 5, "x"))) == [behindEnd])
        #expect(silence() == ["progress", "ask s-1 \(now - 5)"])
    }

    @Test("a relay that refuses to be asked for so many is asked for fewer")
    mutating func limits() throws {
        let event = try SampleEvents.at(5, "x")
        _ = send("s", .requested)
        _ = send("s", .event(event))
        _ = send("s", .endOfStoredEvents)
        let refusal = RelayDelivery.closed("invalid: limit too high (max 100)", isFinal: true)
        let effects = following.received("s-1", refusal, now: now)
        guard case .ask("s-2", let filter)? = effects.last else {
            Issue.record("\(effects)")
            return
        }
        #expect(filter.limit == 100 && filter.until == 5)
        // From then on, also where more are wanted.
        _ = send("s-2", .event(event))
        guard case .ask("s-3", let crowded)? = following.received("s-2", .endOfStoredEvents, now: now).last
        else {
            Issue.record("no third page")
            return
        }
        #expect(crowded.limit == 100)
        _ = send("s-3", .event(event))
        #expect(send("s-3", .endOfStoredEvents).last == "ask s-4 4")
        #expect(send("s-4", .endOfStoredEvents).suffix(2) == ["stored x", "read"])
        // Who refuses that, too, refuses for good.
        _ = send("s", .requested)
        _ = send("s", .event(try SampleEvents.at(9, "y")))
        #expect(send("s", .endOfStoredEvents).last == "ask s-5 9")
        #expect(send("s-5", refusal).last == "read with gaps")
    }

    @Test("an end in the middle is noticed when old events come soon behind it; late ones are live")
    mutating func endInTheMiddle() throws {
        let (new, old) = (try SampleEvents.at(now - 5, "new"), try SampleEvents.at(500, "old"))
        _ = send("s", .requested)
        _ = send("s", .event(new))
        #expect(send("s", .endOfStoredEvents) == ["progress", "ask s-1 \(now - 5)"])
        #expect(send("s", .event(old), after: 1) == [behindEnd, "close s-1"])
        #expect(silence() == ["progress", "ask s-2 500"])
    }

    @Test("an old event that comes later was published late, and a new one is a new one")
    mutating func publishedLate() throws {
        let (new, old) = (try SampleEvents.at(now, "new"), try SampleEvents.at(500, "old"))
        _ = send("s", .requested)
        _ = send("s", .endOfStoredEvents)
        // It came while the end was not believed yet, and waits for nothing.
        #expect(send("s", .event(new)) == ["progress", "read", "live new"])
        #expect(following.patience == nil)
        #expect(send("s", .event(old), after: 3) == ["live old"])
    }

    @Test("what was made just before the question may be either: it waits for a moment, and for no more")
    mutating func justBefore() throws {
        _ = send("s", .requested)
        _ = send("s", .endOfStoredEvents)
        let event = try SampleEvents.at(now - 1, "x")
        #expect(send("s", .event(event)).isEmpty)
        #expect(following.patience == .milliseconds(100))
        #expect(silence() == ["progress", "ask s-1 \(now - 1)"])
        for page in ["s-1", "s-2"] { _ = send(page, .event(event)); _ = send(page, .endOfStoredEvents) }
        #expect(send("s-3", .endOfStoredEvents).suffix(2) == ["stored x", "read"])
    }

    @Test("what nobody asked for ends no doubt, nor does anything at a relay known for early ends")
    mutating func doubtStays() throws {
        _ = send("s", .requested)
        _ = send("s", .endOfStoredEvents)
        #expect(send("s", .event(try SampleEvents.at(now, "x", group: "b"))).isEmpty)
        #expect(following.patience == .milliseconds(100))
        #expect(send("s", .event(try SampleEvents.at(500, "old"))) == [behindEnd])
        _ = send("s", .requested)
        _ = send("s", .endOfStoredEvents)
        #expect(send("s", .event(try SampleEvents.at(now, "new"))).isEmpty)
        #expect(following.patience == RelayPool.silence)
    }

    @Test("a subscription that is ended again and again keeps nobody from reading to the end")
    mutating func ended() throws {
        let events = try (1...3).map { try SampleEvents.at(Int64($0), "\($0)") }
        _ = send("s", .requested)
        for event in events[1...].reversed() { _ = send("s", .event(event)) }
        #expect(send("s", .endOfStoredEvents) == ["progress", "ask s-1 2"])
        #expect(send("s", .closed("error: later", isFinal: false)) == ["closed error: later"])
        // It stands again, with something new; the page goes on.
        let new = try SampleEvents.at(9, "new")
        #expect(send("s", .requested).isEmpty)
        #expect(send("s", .event(new)).isEmpty)
        #expect(send("s", .endOfStoredEvents) == ["progress"])
        for event in events[..<2].reversed() { _ = send("s-1", .event(event)) }
        #expect(send("s-1", .endOfStoredEvents) == ["close s-1", "progress", "ask s-2 1"])
        _ = send("s-2", .event(events[0]))
        #expect(send("s-2", .endOfStoredEvents) == ["close s-2", "progress", "ask s-3 1"])
        _ = send("s-3", .event(events[0]))
        #expect(send("s-3", .endOfStoredEvents) == ["close s-3", "progress", "ask s-4 0"])
        // Then it is looked whether something was missed meanwhile.
        #expect(
            send("s-4", .endOfStoredEvents) == [
                "close s-4", "progress", "stored 1,2,3,new", "read", "ask s-5 newest",
            ])
        let missed = try SampleEvents.at(8, "missed")
        for event in [new, missed] + events.reversed() { _ = send("s-5", .event(event)) }
        #expect(send("s-5", .endOfStoredEvents).last == "read")
    }

    @Test("a relay that hangs up again and again is read page by page all the same")
    mutating func hangsUp() throws {
        let events = try (1...3).map { try SampleEvents.at(Int64($0), "\($0)") }
        _ = send("s", .requested)
        _ = send("s", .event(events[2]))
        #expect(send("s", .endOfStoredEvents) == ["progress", "ask s-1 3"])
        var (page, asked) = ("s-1", "3")
        // One page a connection.
        for next in [2, 1, 1, 0] as [Int64] {
            _ = send(page, .requested)
            for event in events.reversed() where event.createdAt <= Int64(asked) ?? 0 {
                if event.createdAt >= next { _ = send(page, .event(event)) }
            }
            let effects = send(page, .endOfStoredEvents)
            #expect(effects.last?.hasSuffix(" \(next)") ?? false, "\(effects)")
            #expect(send("s", .requested).first?.hasPrefix("close ") ?? false)
            _ = send("s", .event(events[2]))
            let again = send("s", .endOfStoredEvents)
            #expect(again.last?.hasSuffix(" \(next)") ?? false, "\(again)")
            (page, asked) = (String(again.last?.split(separator: " ")[1] ?? ""), "\(next)")
        }
        #expect(send(page, .endOfStoredEvents).contains("stored 1,2,3"))
    }

    @Test("what a relay says of its pages is told once")
    mutating func remarks() throws {
        _ = send("s", .requested)
        _ = send("s", .event(try SampleEvents.at(5, "x")))
        _ = send("s", .endOfStoredEvents)
        #expect(
            send("s-1", .closed("rate-limited: x", isFinal: false)) == [
                "does not tell older events yet: rate-limited: x"
            ])
        #expect(send("s-1", .closed("rate-limited: x", isFinal: false)).isEmpty)
    }
}
