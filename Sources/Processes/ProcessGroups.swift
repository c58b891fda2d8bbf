import Foundation
import Synchronization

/// The supervisors of programs that somebody has started and that have not ended yet.
package final class ProcessGroups: Sendable {
    private let supervisors = Mutex<Set<pid_t>>([])

    package init() {}

    func insert(_ supervisor: pid_t) { supervisors.withLock { _ = $0.insert(supervisor) } }
    func remove(_ supervisor: pid_t) { supervisors.withLock { _ = $0.remove(supervisor) } }

    /// Ends all programs without grace, for an end that cannot wait.
    package func killAll() {
        for supervisor in supervisors.withLock({ $0 }) { kill(supervisor, SIGUSR1) }
    }
}
