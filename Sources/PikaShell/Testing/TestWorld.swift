import Scripting
import Vocabulary

/// What one try of a file runs against: a host of its own, with its own state, jobs and mocks.
package struct TestWorld: Sendable {
    package let host: any ScriptHost
    /// Removes it; called once, after the last cleanup.
    package let close: @Sendable () async throws -> Void

    package init(host: any ScriptHost, close: @escaping @Sendable () async throws -> Void) {
        (self.host, self.close) = (host, close)
    }
}

/// Hears what goes on while a suite runs.
package protocol TestObserver: Sendable {
    func began(_ test: TestCase) async
    /// On the emitter's thread; must not wait.
    func happened(_ record: EventRecord, in test: TestCase)
    func ended(_ result: TestResult) async
}
