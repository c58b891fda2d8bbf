import Vocabulary

/// `expect log [contains TEXT] [from=JOB]`: a line that a job prints.
package struct LogSubject: ExpectSubject {
    package let name = "log"
    package let results = [(name: "text", meaning: "of the line"), (name: "name", meaning: "of the job")]
    package let examples = ["expect log contains \"listening on\" from=tunnel within=20s"]
    package let senders: String? = "the name of a job"

    package let setsVariable = false

    package init() {}

    /// A line of a job's log, and where it ends.
    private struct Line: Sendable {
        let job: String
        let text: String
        let end: Int
    }

    package func expect(
        _ test: TextTest, within limit: Duration, from origin: ExpectedFrom, in script: Interpreter
    ) async throws -> [String: EventValue] {
        do {
            let line = try await next(test, origin, limit, script)
            await script.moveCursor(of: Self.cursor(line.job), to: line.end)
            return ["text": .text(line.text), "name": .text(line.job)]
        } catch is DeadlineExceeded {
            let seen = try await lines(origin, script).map(\.text).filter { !$0.isEmpty }
            throw seen.isEmpty
                ? Failure(
                    .timeout, "no line came within \(limit.inSeconds)",
                    hints: ["earlier lines count with from=start; more time: within="])
                : Failure(
                    .mismatch, "\(seen.count) lines came within \(limit.inSeconds), none \(test)",
                    hints: seen.suffix(3).reversed().map { "nearest: \"\($0.cut(to: 120))\"" })
        }
    }

    package func expectNone(for limit: Duration, from origin: ExpectedFrom, in script: Interpreter)
        async throws
    {
        do {
            let line = try await next(.any, origin, limit, script)
            throw Failure(.mismatch, "\(line.job) printed: \"\(line.text.cut(to: 120))\"")
        } catch is DeadlineExceeded { return }
    }

    private static func cursor(_ job: String) -> String { "log \(job)" }

    private func next(
        _ test: TextTest, _ origin: ExpectedFrom, _ limit: Duration, _ script: Interpreter
    ) async throws -> Line {
        // Nothing would ever print.
        if let name = origin.sender { _ = try await script.jobs.process(name) }
        if await script.jobs.isEmpty { throw Failure(.usage, "no job was started: there is no log") }
        return try await withDeadline(limit, clock: script.host.clock) {
            var seen: [String: Int] = [:]
            for await _ in script.jobs.activity() {
                for line in try await lines(origin, script, beyond: seen) {
                    seen[line.job] = line.end
                    if try await test.accepts(line.text) { return line }
                }
            }
            throw CancellationError()
        }
    }

    /// Whole lines behind the cursor, of one job or of all.
    private func lines(
        _ origin: ExpectedFrom, _ script: Interpreter, beyond seen: [String: Int] = [:]
    ) async throws -> [Line] {
        var lines: [Line] = []
        for name in await script.jobs.names where origin.sender == nil || origin.sender == name {
            let cursor = await origin.isFromStart ? 0 : script.cursor(of: Self.cursor(name))
            var end = max(cursor, seen[name] ?? 0)
            for text in try await script.jobs.process(name).logLines(from: end) {
                end += text.utf8.count + 1
                lines.append(Line(job: name, text: text, end: end))
            }
        }
        return lines
    }
}
