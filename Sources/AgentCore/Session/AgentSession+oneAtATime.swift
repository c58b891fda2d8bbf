/// Changes of a group take turns.
extension AgentSession {
    /// The caller's, the errands' and the update of keys: a group has one pending commit at a time. The next one waits its turn.
    ///
    /// - Throws: `CancellationError` when the wait for the turn is cancelled.
    package func oneAtATime<Value: Sendable>(_ change: () async throws -> Value) async throws -> Value {
        while isChanging {
            let (turn, continuation) = AsyncStream<Void>.makeStream()
            waitingChanges.append(continuation)
            for await _ in turn {}
            try Task.checkCancellation()
        }
        isChanging = true
        defer {
            isChanging = false
            for waiting in waitingChanges { waiting.finish() }
            waitingChanges = []
        }
        return try await change()
    }
}
