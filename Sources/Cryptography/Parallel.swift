import Dispatch
import Foundation
import Synchronization

/// Runs the same work on many items on all processors, such as signatures and encryptions for all members of
/// a group.
package enum Parallel {
    /// With fewer items the overhead outweighs the gain.
    private static let worthwhile = 16

    /// Equivalent to `items.map(transform)`; it also throws the error of the first item that fails.
    package static func map<Item: Sendable, Value: Sendable>(
        _ items: [Item], _ transform: @Sendable (Item) throws -> Value
    ) throws -> [Value] {
        let workers = min(ProcessInfo.processInfo.activeProcessorCount, items.count / (worthwhile / 2))
        guard workers > 1, items.count >= worthwhile else { return try items.map(transform) }
        let parts = Mutex<[Int: Result<[Value], any Error>]>([:])
        let length = (items.count + workers - 1) / workers
        DispatchQueue.concurrentPerform(iterations: workers) { worker in
            let part = Result {
                try items.dropFirst(worker * length).prefix(length).map(transform)
            }
            parts.withLock { $0[worker] = part }
        }
        return try parts.withLock { parts in
            try parts.sorted { $0.key < $1.key }.flatMap { try $0.value.get() }
        }
    }
}
