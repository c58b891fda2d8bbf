import Testing

@testable import Mocks

@Suite("RateLimit")
struct RateLimitTests {
    @Test("lets a burst through, then one a second")
    func burst() {
        var limit = RateLimit(perSecond: 1, burst: 3, now: .seconds(100))
        #expect((0..<3).allSatisfy { _ in limit.take(at: .seconds(100)) == nil })
        #expect(limit.take(at: .seconds(100)) == .seconds(1))
        #expect(limit.take(at: .milliseconds(100_500)) == .milliseconds(500))
        #expect(limit.take(at: .seconds(101)) == nil)
        #expect(limit.take(at: .seconds(101)) != nil)
    }

    @Test("a long pause brings no more than a burst")
    func pause() {
        var limit = RateLimit(perSecond: 5, burst: 10, now: .zero)
        let taken = (0..<20).filter { _ in limit.take(at: .seconds(3600)) == nil }
        #expect(taken.count == 10)
    }
}
