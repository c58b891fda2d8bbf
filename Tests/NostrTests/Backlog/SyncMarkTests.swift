import Testing

@testable import Nostr

@Suite("SyncMark")
struct SyncMarkTests {
    private func id(_ number: Int) throws -> EventID {
        try #require(EventID([UInt8](repeating: 0, count: 24).withCount(number)))
    }

    @Test("an event that comes once more takes no place from another; the oldest go first")
    func latest() throws {
        var mark = SyncMark(readAt: 0, searchedAt: 0)
        for number in 0..<SyncMark.rememberedLimit { mark.add(try id(number), now: 1) }
        for _ in 0..<3000 { mark.add(try id(7), now: 2) }
        let all = try (0..<SyncMark.rememberedLimit).map { EventMark(try id($0)) }
        #expect(Array(mark.latest) == all && mark.readAt == 2)
        for number in 0..<700 { mark.add(try id(10_000 + number), now: 3) }
        #expect(mark.latest.first == EventMark(try id(10_000 + 700 - SyncMark.rememberedLimit)))
        // Forgotten, and therefore new.
        mark.add(try id(0), now: 4)
        #expect(mark.latest.last == EventMark(try id(0)))
        #expect(SyncMark(readAt: 0, searchedAt: 0, latest: Array(mark.latest)).latest == mark.latest)
    }
}

extension [UInt8] {
    /// A number in front, big-endian.
    fileprivate func withCount(_ number: Int) -> [UInt8] {
        Swift.withUnsafeBytes(of: UInt64(number).bigEndian, Array.init) + self
    }
}
