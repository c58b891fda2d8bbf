import Vocabulary

/// A host that knows what a wait is about.
package protocol WaitTelling: Sendable {
    /// What is under way at this moment, and what was seen meanwhile: a few words each.
    func whatIsUnderWay() async -> [String]
}

/// Tells, once a second, what a command that takes long is doing. Only for people: nothing waits for it.
struct WaitWatch {
    let script: Interpreter
    let name: String
    /// When it gives up; nil where nobody knows.
    let limit: Duration?

    func watching<Value: Sendable>(_ body: () async -> Value) async -> Value {
        let (script, name, limit) = (script, name, limit)
        // The wall clock, whatever clock the run goes by: it is a person who waits.
        let clock = ContinuousClock()
        let start = clock.now
        let telling = Task {
            while true {
                try await clock.sleep(for: script.settings.tellingPause)
                let notes = await (script.host as? any WaitTelling)?.whatIsUnderWay() ?? []
                try Task.checkCancellation()
                await script.emit(
                    .waiting(for: name, elapsed: clock.now - start, limit: limit, notes: notes))
            }
        }
        defer { telling.cancel() }
        return await body()
    }
}

extension LogEvent {
    fileprivate static func waiting(
        for command: String, elapsed: Duration, limit: Duration?, notes: [String]
    ) -> LogEvent {
        let seconds = Int(elapsed.components.seconds)
        let time = "\(seconds)s" + (limit.map { " of \($0.inSeconds)" } ?? "")
        return LogEvent(
            waitingName,
            [
                "command": .text(command), "seconds": .number(seconds),
                "limit": limit.map { .number(Int($0.components.seconds)) } ?? .none,
                "notes": .list(notes.map(EventValue.text)),
            ], (["\(command) · \(time)"] + notes).joined(separator: " · "), role: .status)
    }

    package static let waitingName = "waiting"

    /// Where nothing can be drawn over, a wait is told after 10 seconds, 20, 40, 80…
    package var isMilestone: Bool {
        guard case .number(let seconds)? = fields["seconds"] else { return false }
        return seconds > 0 && seconds % 10 == 0 && (seconds / 10).nonzeroBitCount == 1
    }
}
