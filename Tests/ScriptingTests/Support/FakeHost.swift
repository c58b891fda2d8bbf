import Synchronization
import TestSupport
import Vocabulary

@testable import Scripting

/// A host whose sessions are names, whose HTTP is a closure, and whose events are kept.
final class FakeHost: ScriptHost {
    let log: EventLog
    let clock: any Clock<Duration>
    let environment: [String: String]
    let jobDirectory: String?
    let provided: Set<Requirement>
    let secretVariables: Set<String>
    private let directory = TemporaryDirectory()
    private let records = Mutex<[EventRecord]>([])
    private let session = Mutex<String?>("main")
    private let answers: @Sendable (ScriptHTTPRequest) async throws -> ScriptHTTPResponse

    init(
        clock: any Clock<Duration> = ContinuousClock(), environment: [String: String] = [:],
        provided: Set<Requirement> = [], secretVariables: Set<String> = [],
        http answers: @escaping @Sendable (ScriptHTTPRequest) async throws -> ScriptHTTPResponse = { _ in
            throw Failure(.unreachable, "nobody answers")
        }
    ) {
        self.clock = clock
        self.environment = environment
        self.provided = provided
        self.secretVariables = secretVariables
        self.answers = answers
        jobDirectory = directory.path
        log = EventLog { 0 }
        log.listen { [weak self] record in self?.records.withLock { $0.append(record) } }
    }

    func currentSession() async -> String? { session.withLock { $0 } }
    func switchSession(to name: String?) { session.withLock { $0 = name } }
    func requireSession(_ name: String) async throws {
        guard ["main", "a", "b"].contains(name) else { throw Failure(.usage, "there is no session \(name)") }
    }
    func http(_ request: ScriptHTTPRequest) async throws -> ScriptHTTPResponse { try await answers(request) }

    var events: [LogEvent] { records.withLock { $0.map(\.event) } }
    func file(_ name: String) -> String { directory.file(name) }
}
