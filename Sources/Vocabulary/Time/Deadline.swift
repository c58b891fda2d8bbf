/// A wait that ran out.
public struct DeadlineExceeded: Error, Equatable, CustomStringConvertible {
    /// How long it was waited for.
    public let limit: Duration
    /// - Parameter limit: how long it was waited for.
    public init(limit: Duration) { self.limit = limit }
    public var description: String { "nothing within \(limit.inSeconds)" }
}

/// Runs `body` for at most `limit`, then cancels it and throws `DeadlineExceeded`.
///
/// `body` must end when cancelled; everything that waits in this package does.
public func withDeadline<Value: Sendable>(
    _ limit: Duration, clock: any Clock<Duration>, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await clock.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let value = first else {
            try Task.checkCancellation()
            throw DeadlineExceeded(limit: limit)
        }
        return value
    }
}
