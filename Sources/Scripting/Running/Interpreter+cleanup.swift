import Vocabulary

/// The end of a run: what was deferred, and the jobs.
extension Interpreter {
    /// For one deferred command: more than a provider's own limit for removing an agent, so that its own words are heard.
    private static let cleanupLimit: Duration = .seconds(45)

    /// Runs what was deferred, last first, whatever happened; then ends the jobs.
    ///
    /// - Returns: what failed, each as a leak.
    package func cleanUp() async -> [Diagnostic] {
        var failures: [Diagnostic] = []
        while let (prefixes, invocation) = deferred.popLast() {
            do {
                try await withDeadline(Self.cleanupLimit, clock: host.clock) {
                    try await self.execute(prefixes[...], invocation)
                }
                await emit(.deferred(command: invocation.source, failed: nil))
            } catch let failure as Diagnostic where failure.isNothingToDo {
                // The script did it itself.
                continue
            } catch {
                var failure = error as? Diagnostic ?? diagnostic(Failure(error), invocation.range)
                failure.code = .leak
                failures.append(failure)
                await emit(.deferred(command: invocation.source, failed: failure.message))
            }
        }
        await jobs.stopAll()
        return failures
    }

    package var hasDeferred: Bool { !deferred.isEmpty }
}
