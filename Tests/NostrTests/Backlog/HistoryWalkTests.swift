import TestSupport
import Testing

@testable import Nostr

@Suite("HistoryWalk")
struct HistoryWalkTests {
    /// Walks through what a relay has, and counts the answers.
    private func walk(
        _ stored: [Event], cap: Int, since: Int64 = 0, mark: SyncMark? = nil,
        heldLimitBytes: Int = HistoryWalk.heldLimitBytes
    ) -> (walk: HistoryWalk, pages: Int) {
        var walk = HistoryWalk(since: since, mark: mark, heldLimitBytes: heldLimitBytes)
        var (until, pages): (Int64?, Int) = (nil, 0)
        var limit = HistoryWalk.limit(ofPage: 0)
        while pages < 10_000 {
            let answer = SampleEvents.answer(stored, since: since, until: until, limit: limit, cap: cap)
            let step = walk.received(answer, until: until, limit: limit, isOwn: true)
            pages += 1
            guard case .ask(let next, let isCrowded) = step else { break }
            until = next
            limit = HistoryWalk.limit(ofPage: pages, isCrowded: isCrowded)
        }
        return (walk, pages)
    }

    @Test("all is read, oldest first, whatever the relay's cap", arguments: [2, 3, 7, 100, 5000])
    func caps(cap: Int) throws {
        // Up to three events a second, so that a cap of one and two cannot be told from the end of a second.
        let stored = try (0..<60).map { try SampleEvents.at(1000 + Int64($0 / (cap < 4 ? 1 : 3)), "\($0)") }
        let (walk, _) = walk(stored, cap: cap)
        #expect(walk.events.count == 60 && walk.gaps.isEmpty && walk.remainder.isEmpty)
        #expect(walk.events.map(\.createdAt) == stored.map(\.createdAt).sorted())
    }

    @Test("events of one second come in the order of their ids")
    func ties() throws {
        let stored = try (0..<12).map { try SampleEvents.at(1000 + Int64($0 / 4), "\($0)") }
        let ordered = stored.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
        #expect(walk(stored.reversed(), cap: 5).walk.events == ordered)
    }

    @Test("a relay without anything is asked once, one with little twice more")
    func little() throws {
        #expect(walk([], cap: 100).pages == 1)
        #expect(walk([try SampleEvents.at(5)], cap: 100).pages == 4)
    }

    @Test("a second that holds more than the relay gives is a gap, and what is older comes all the same")
    func crowdedSecond() throws {
        let crowd = try (0..<60).map { try SampleEvents.at(50, "\($0)") }
        let older = try (0..<5).map { try SampleEvents.at(Int64($0)) }
        let (walk, _) = walk(crowd + older, cap: 40)
        #expect(walk.gaps == [50...50])
        #expect(walk.events.filter { $0.createdAt < 50 }.count == 5)
        #expect(walk.events.count == 45)
    }

    @Test("the second at which reading begins is read whole, too", arguments: [30, 100, 300, 1000])
    func crowdedBeginning(count: Int) throws {
        let stored = try (0..<count).map { try SampleEvents.at(50, "\($0)") }
        let (walk, pages) = walk(stored, cap: 5000, since: 50)
        #expect(walk.events.count == count && pages <= 8)
        // A page that cannot have been cut needs no second look.
        #expect(self.walk(Array(stored.prefix(9)), cap: 5000, since: 50).pages == 1)
        // What is kept back is told.
        #expect(self.walk(stored, cap: 50, since: 50).walk.gaps == (count > 50 ? [50...50] : []))
    }

    @Test("a second that just fits is none")
    func fullSecond() throws {
        let crowd = try (0..<39).map { try SampleEvents.at(50, "\($0)") }
        let (walk, _) = walk(crowd + [try SampleEvents.at(1)], cap: 40)
        #expect(walk.gaps.isEmpty && walk.events.count == 40)
        // More than the first pages ask for, and no more than the relay gives; nothing older.
        for count in [99, 120, 260, 501, 777] {
            let second = try (0..<count).map { try SampleEvents.at(50, "\($0)") }
            let (whole, _) = self.walk(second, cap: 5000)
            #expect(whole.gaps.isEmpty && whole.events.count == count, "\(count)")
        }
    }

    @Test("a relay that does not know until: everything older is a gap, and there is an end")
    func withoutUntil() throws {
        let newest = try (0..<40).map { try SampleEvents.at(100 + Int64($0)) }
        var walk = HistoryWalk(since: 3)
        #expect(walk.received(newest, until: nil, limit: 100, isOwn: true) == .ask(until: 100))
        #expect(walk.received(newest, until: 100, limit: 100, isOwn: true) == .complete)
        #expect(walk.gaps == [3...100] && walk.events.count == 40)
    }

    @Test("an empty page for many topics is no proof, an own one is")
    func shared() {
        var walk = HistoryWalk(since: 0)
        #expect(walk.received([], until: nil, limit: 100, isOwn: false) == .ask(until: nil))
        #expect(walk.received([], until: nil, limit: 100, isOwn: true) == .complete)
    }

    @Test("a relay that leaves out the second of until is asked for one more", arguments: [3, 7, 100])
    func exclusiveUntil(cap: Int) throws {
        let stored = try (0..<60).map { try SampleEvents.at(1000 + Int64($0 / (cap < 4 ? 1 : 3)), "\($0)") }
        var walk = HistoryWalk(since: 0)
        var (asked, pages, probes): (Int64?, Int, Int) = (nil, 0, 0)
        var limit = HistoryWalk.limit(ofPage: 0)
        while pages < 1000 {
            let answer = SampleEvents.answer(
                stored, since: 0, until: asked.map { walk.until($0) - 1 }, limit: limit, cap: cap)
            pages += 1
            guard
                case .ask(let next, let isCrowded) = walk.received(
                    answer, until: asked, limit: limit, isOwn: true)
            else { break }
            if next == asked, !isCrowded { probes += 1 }
            asked = next
            limit = HistoryWalk.limit(ofPage: pages, isCrowded: isCrowded)
        }
        #expect(walk.events.count == 60 && walk.gaps.isEmpty && walk.excludesUntil)
        // It is learnt once.
        #expect(probes == 1)
    }

    @Test("events that are gone meanwhile make no relay one that leaves out a second")
    func goneMeanwhile() throws {
        let (gone, old) = (try SampleEvents.at(100), try SampleEvents.at(50))
        var walk = HistoryWalk(since: 0)
        #expect(walk.received([gone], until: nil, limit: 100, isOwn: true) == .ask(until: 100))
        #expect(walk.received([old], until: 100, limit: 300, isOwn: true) == .ask(until: 100))
        #expect(walk.until(100) == 101)
        #expect(walk.received([old], until: 100, limit: 500, isOwn: true) == .ask(until: 50))
        #expect(walk.until(50) == 50 && !walk.excludesUntil)
    }

    @Test("nothing older than the beginning is asked for")
    func beginning() throws {
        var walk = HistoryWalk(since: 10)
        #expect(walk.received([try SampleEvents.at(10)], until: nil, limit: 100, isOwn: true) == .complete)
    }

    // MARK: What is known

    private func mark(_ known: [Event], readAt: Int64) -> SyncMark {
        var mark = SyncMark(readAt: readAt, searchedAt: readAt)
        for event in known { mark.add(event.id, now: readAt) }
        return mark
    }

    @Test("of a known group only what is new is read")
    func known() throws {
        let old = try (0..<2000).map { try SampleEvents.at(1000 + Int64($0), "old") }
        let new = try (0..<5).map { try SampleEvents.at(5000 + Int64($0), "new") }
        let (walk, pages) = walk(old + new, cap: 500, mark: mark(old, readAt: 4000))
        #expect(pages == 1 && walk.events.suffix(5) == new[...])
        let (second, onePage) = self.walk(old, cap: 500, mark: mark(old, readAt: 4000))
        #expect(onePage == 1 && second.events.count == 100)
    }

    @Test("a small group that is wholly known takes one page")
    func smallKnown() throws {
        let old = try (0..<3).map { try SampleEvents.at(Int64(10 + $0)) }
        #expect(walk(old, cap: 500, mark: mark(old, readAt: 12)).pages == 1)
    }

    @Test("more new events than a page holds are all read")
    func manyNew() throws {
        let old = try (0..<300).map { try SampleEvents.at(1000 + Int64($0)) }
        let new = try (0..<700).map { try SampleEvents.at(5000 + Int64($0)) }
        let (walk, _) = walk(old + new, cap: 100, mark: mark(old, readAt: 4000))
        #expect(Set(walk.events.map(\.id)).isSuperset(of: new.map(\.id)))
    }

    /// Somebody dates junk ahead, so that it is always the newest: it must not hide what comes in below it.
    @Test("known events that are dated after the last reading prove nothing")
    func datedAhead() throws {
        let old = try (0..<100).map { try SampleEvents.at(1000 + Int64($0)) }
        // More than prove a busy group to be known.
        let ahead = try (0..<400).map { try SampleEvents.at(9000 + Int64($0), "junk") }
        let new = try SampleEvents.at(2500, "new")
        let (walk, _) = walk(old + ahead + [new], cap: 100, mark: mark(old + ahead, readAt: 2000))
        #expect(walk.events.contains(new))
    }

    @Test("an event that a slow clock dates back by less than a minute is found among known ones")
    func datedBack() throws {
        let old = try (0..<150).map { try SampleEvents.at(1000 + Int64($0)) }
        let late = try SampleEvents.at(1095, "late")
        let (walk, _) = walk(old + [late], cap: 500, mark: mark(old, readAt: 1150))
        #expect(walk.events.contains(late))
    }

    // MARK: Memory

    @Test("of what takes too much memory only the dates are kept, newest first; the rest is in order")
    func memory() throws {
        let stored = try (0..<40).map { try SampleEvents.at(100 + Int64($0)) }
        let (walk, _) = walk(stored, cap: 4, heldLimitBytes: 16 * stored[0].sizeBytes)
        let (kept, remainder) = (walk.events, walk.remainder)
        #expect(kept.count >= 10 && kept.count <= 16)
        #expect(kept == Array(stored.prefix(kept.count)))
        #expect(remainder.map(\.lowerBound) == remainder.map(\.lowerBound).sorted())
        let covered = Set(kept.map(\.createdAt)).union(remainder.flatMap { Array($0) })
        #expect(covered == Set(stored.map(\.createdAt)))
    }

    @Test("what comes in live during the walk comes last, once")
    func live() throws {
        var walk = HistoryWalk(since: 0)
        let (old, new) = (try SampleEvents.at(5), try SampleEvents.at(9))
        walk.add(live: new)
        _ = walk.received([new, old], until: nil, limit: 100, isOwn: true)
        #expect(walk.events == [old, new])
    }
}
