import Synchronization
import Vocabulary

/// What passes while something is waited for: told once, since the wait goes on.
final class PassingTrouble: Sendable {
    private let log: EventLog
    private let isTold = Mutex(false)

    init(log: EventLog) { self.log = log }

    func tell(_ failure: HTTPFailure) {
        let isFirst = isTold.withLock { isTold in
            defer { isTold = true }
            return !isTold
        }
        if isFirst { log.emit(.warning("\(failure.description); it is asked again")) }
    }
}
