import Testing

@testable import Marmot

@Suite("RecentSet")
struct RecentSetTests {
    private func value(_ number: Int) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 255)] }

    @Test("keeps the newest, forgets the oldest, never holds much more than its limit")
    func newest() {
        var set = RecentSet(limit: 1000)
        for number in 0..<5000 {
            set.insert(value(number))
            #expect(set.contains(value(number)))
            if number >= 999 { #expect(set.contains(value(number - 999)), "\(number)") }
        }
        #expect(Array(set.newest) == (4000..<5000).map(value))
        #expect(!set.contains(value(3000)))
        set.insert(value(4500))
        #expect(set.newest.count == 1000)
    }

    @Test("what was written and read again is equal, however it was cut before")
    func equality() {
        var one = RecentSet(limit: 600)
        for number in 0..<700 { one.insert(value(number)) }
        var other = RecentSet(limit: 600)
        for entry in one.newest { other.insert(entry) }
        #expect(one == other)
        other.insert(value(9999))
        #expect(one != other)
    }
}
