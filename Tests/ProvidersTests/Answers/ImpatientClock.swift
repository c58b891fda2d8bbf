import Foundation
import Synchronization

/// Pauses pass at once, but only so many; limits (five seconds and more) never run out.
final class ImpatientClock: Clock {
    struct TooManyPauses: Error {}

    typealias Instant = ContinuousClock.Instant

    private let left: Mutex<Int>

    init(pauses: Int) { left = Mutex(pauses) }

    var now: Instant { ContinuousClock().now }
    var minimumResolution: Duration { ContinuousClock().minimumResolution }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        guard now.duration(to: deadline) < .seconds(4) else {
            return try await ContinuousClock().sleep(until: deadline, tolerance: tolerance)
        }
        let isOver = left.withLock { left in
            left -= 1
            return left < 0
        }
        if isOver { throw TooManyPauses() }
    }
}
