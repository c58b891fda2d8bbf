import Scripting
import Synchronization
import Vocabulary

/// A host whose end a test chooses, and whose events are kept.
final class FakeHost: ScriptHost {
    private struct State {
        var events: [LogEvent] = []
        var conclusion = Conclusion()
        var questions: [LeavingQuestion] = []
        var wasScript: [Bool] = []
        var hasKilled = false
    }

    let log = EventLog { 0 }
    let clock: any Clock<Duration>
    private let state = Mutex(State())

    init(clock: any Clock<Duration> = ContinuousClock()) {
        self.clock = clock
        log.listen { [weak self] record in self?.state.withLock { $0.events.append(record.event) } }
    }

    func ends(with conclusion: Conclusion) { state.withLock { $0.conclusion = conclusion } }
    func asks(_ questions: [LeavingQuestion]) { state.withLock { $0.questions = questions } }

    var events: [LogEvent] { state.withLock { $0.events } }
    func texts(of name: String) -> [String] { events.filter { $0.name == name }.map(\.text) }
    /// What `conclude` was told, each time.
    var wasScript: [Bool] { state.withLock { $0.wasScript } }
    var hasKilled: Bool { state.withLock { $0.hasKilled } }

    func questionsBeforeLeaving() async -> [LeavingQuestion] { state.withLock { $0.questions } }
    func conclude(isScript: Bool) async -> Conclusion {
        state.withLock {
            $0.wasScript.append(isScript)
            return $0.conclusion
        }
    }
    func manualCleanup() async -> [String] { ["rm vm vm-1"] }
    func killProcesses() { state.withLock { $0.hasKilled = true } }
}
