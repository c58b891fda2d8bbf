import Foundation
import Synchronization

/// The process groups that somebody has started and that have not ended yet.
package final class ProcessGroups: Sendable {
    private let groups = Mutex<Set<pid_t>>([])

    package init() {}

    func insert(_ group: pid_t) { groups.withLock { _ = $0.insert(group) } }
    func remove(_ group: pid_t) { groups.withLock { _ = $0.remove(group) } }

    /// Ends them at once, for an end that cannot wait.
    package func killAll() {
        for group in groups.withLock({ $0 }) { kill(-group, SIGKILL) }
    }
}
