import Testing
import Vocabulary

@testable import Scripting

@Suite("the latest events of a run")
struct EventTrailTests {
    @Test("numbers go on, also when old events are forgotten")
    func forgets() {
        let log = EventLog { 0 }
        let trail = EventTrail(of: log)
        for number in 0..<5000 { log.emit(LogEvent("e", [:], "\(number)")) }
        #expect(trail.cursor == 5000)
        #expect(trail.entries(from: 4998).map(\.record.event.text) == ["4998", "4999"])
        let all = trail.entries(from: 0)
        #expect(all.first?.number == 2048 && all.last?.number == 4999)
        #expect(trail.entries(from: 9000).isEmpty)
    }

    @Test("a trail that nobody has any more listens no longer")
    func ends() {
        let log = EventLog { 0 }
        var trail: EventTrail? = EventTrail(of: log)
        weak let gone = trail
        trail = nil
        #expect(gone == nil)
        log.emit(LogEvent("e"))
        // The number of the one that listened is free again for nobody: the next one is another.
        #expect(log.listen { _ in } == 2)
    }
}
