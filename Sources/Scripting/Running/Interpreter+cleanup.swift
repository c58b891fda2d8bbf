import Vocabulary

/// A command that runs at the end: words, session and step as they were when it was met.
struct Deferred: Sendable {
    let prefixes: [Prefix]
    let invocation: Invocation
    let variables: Variables
    let session: String?
    let step: String?
    /// What `include` finds there.
    let included: [String: CheckedScript]

    /// As it is written, with its prefixes where they stand on its line.
    var source: String {
        let range = invocation.range
        let line = range.source.lines[range.line - 1]
        guard let place = line.range(of: "defer ")?.upperBound else { return invocation.source }
        return String(line[place...].drop { $0 == " " })
    }

    /// The session that it belongs to; a prefix names it.
    var isElsewhere: Bool { prefixes.contains { if case .inSession = $0 { true } else { false } } }
}

/// The end of a run: what was deferred, and the jobs.
extension Interpreter {
    /// For one deferred command: more than a provider's own limit for removing an agent, so that its own words are heard.
    private static let cleanupLimit: Duration = .seconds(45)

    /// Runs what was deferred, last first, whatever happened; then ends the jobs.
    ///
    /// - Returns: what failed, each as a leak.
    package func cleanUp() async -> [Diagnostic] {
        var failures: [Diagnostic] = []
        await endBackgrounds()
        while let command = deferred.popLast() {
            let source = command.source
            do {
                try await withDeadline(Self.cleanupLimit, clock: host.clock) { try await self.run(command) }
                await emit(.deferred(command: source, failed: nil))
            } catch let failure as Diagnostic where failure.isNothingToDo {
                // The script did it itself.
                continue
            } catch is ScriptEnd {
                continue
            } catch {
                var failure = error as? Diagnostic ?? diagnostic(Failure(error), command.invocation.range)
                failure.code = .leak
                failure.step = command.step
                failure.notes.append(.init("this was deferred; it ran at the end"))
                failures.append(failure)
                await emit(.deferred(command: source, failed: failure.message))
            }
        }
        await jobs.stopAll()
        return failures
    }

    private func run(_ command: Deferred) async throws {
        let (current, files) = (variables, included)
        (variables, included) = (command.variables, command.included)
        defer { (variables, included) = (current, files) }
        // A debugger has nothing to say here: whoever ends a run does not end its cleanup.
        try await StepPlace.$isUnwatched.withValue(true) {
            try await SessionScope.$name.withValue(command.session ?? SessionScope.name) {
                try await execute(command.prefixes[...], command.invocation)
            }
        }
    }

    package var hasDeferred: Bool { !deferred.isEmpty }
}
