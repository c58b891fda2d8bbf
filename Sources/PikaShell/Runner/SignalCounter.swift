import Synchronization

/// Counts the signals that came while something ran.
final class SignalCounter: Sendable {
    private let numbers = Mutex<[Int32]>([])

    /// - Returns: how many there are now.
    func count(_ number: Int32) -> Int {
        numbers.withLock {
            $0.append(number)
            return $0.count
        }
    }

    /// The first one; nil when none came.
    var first: Int32? { numbers.withLock { $0.first } }
}
