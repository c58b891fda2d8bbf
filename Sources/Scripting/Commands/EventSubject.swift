import Vocabulary

/// Something that `expect` waits for in the event log: each event of one kind counts once.
package struct EventSubject: ExpectSubject {
    package let name: String
    package var requirements: Set<Requirement> = []
    package let results: [(name: String, meaning: String)]
    package let examples: [String]
    package var senders: String?
    package var endsWithJobs = true
    package let setsVariable = false
    /// Called with the event that counted.
    private var matched: @Sendable (LogEvent, Interpreter) async -> Void = { _, _ in }
    /// What the test looks at; nil for other events.
    private let text: @Sendable (LogEvent) -> String?
    /// Whom `from=` names.
    private let sender: @Sendable (LogEvent) -> String?

    package init(
        _ name: String, results: [(name: String, meaning: String)], examples: [String],
        senders: String? = nil, sender: @escaping @Sendable (LogEvent) -> String? = { _ in nil },
        text: @escaping @Sendable (LogEvent) -> String?
    ) {
        (self.name, self.results, self.examples, self.senders) = (name, results, examples, senders)
        (self.sender, self.text) = (sender, text)
    }

    package func expect(
        _ test: TextTest, within limit: Duration, from origin: ExpectedFrom, in script: Interpreter
    ) async throws -> [String: EventValue] {
        let cursor = await origin.isFromStart ? 0 : script.cursor(of: name)
        let start = script.trail.cursor
        do {
            let found = try await next(test, cursor, origin, limit, script)
            await script.moveCursor(of: name, to: found.entry.number + 1)
            await matched(found.entry.record.event, script)
            var fields: [String: EventValue] = [:]
            for (name, _) in results {
                fields[name] = found.entry.record.event.fields[name] ?? EventValue.none
            }
            fields["text"] = .text(found.text)
            return fields
        } catch is DeadlineExceeded {
            let seen = await matching(cursor, origin, script).map(\.text)
            throw unmet(test, seen, limit, meanwhile: script.trail.meanwhile(since: start))
        }
    }

    package func expectNone(for limit: Duration, from origin: ExpectedFrom, in script: Interpreter)
        async throws
    {
        let cursor = await origin.isFromStart ? 0 : script.cursor(of: name)
        do {
            let found = try await next(.any, cursor, origin, limit, script)
            throw Failure(.mismatch, "a \(name) came: \"\(found.text.cut(to: 120))\"")
        } catch is DeadlineExceeded { return }
    }

    private func next(
        _ test: TextTest, _ cursor: Int, _ origin: ExpectedFrom, _ limit: Duration, _ script: Interpreter
    ) async throws -> (entry: EventTrail.Entry, text: String) {
        try await withDeadline(limit, clock: script.host.clock) {
            var cursor = cursor
            for await _ in script.trail.changes() {
                for found in await matching(cursor, origin, script) {
                    cursor = found.entry.number + 1
                    if try await test.accepts(found.text) { return found }
                }
            }
            throw CancellationError()
        }
    }

    private func matching(_ cursor: Int, _ origin: ExpectedFrom, _ script: Interpreter) async -> [(
        entry: EventTrail.Entry, text: String
    )] {
        let session = await script.currentSession()
        return script.trail.entries(from: cursor).compactMap { entry in
            let event = entry.record.event
            guard let text = text(event), origin.sender == nil || origin.sender == sender(event),
                event.session == nil || session == nil || event.session == session
            else { return nil }
            return (entry, text)
        }
    }

    private func unmet(
        _ test: TextTest, _ seen: [String], _ limit: Duration, meanwhile: [String]
    ) -> Failure {
        let since = meanwhile.isEmpty ? [] : ["meanwhile: \(meanwhile.joined(separator: " · "))"]
        guard !seen.isEmpty else {
            return Failure(
                .timeout, "no \(name) came within \(limit.inSeconds)",
                hints: since + ["earlier ones count with from=start; more time: within="])
        }
        return Failure(
            .mismatch, "\(seen.count) \(name) came within \(limit.inSeconds), none \(test)",
            hints: seen.suffix(3).reversed().map { "nearest: \"\($0.cut(to: 120))\"" } + since)
    }
}

extension EventSubject {
    /// `expect exit [== STATUS] [from=JOB]`: a job that ends.
    package static var exit: EventSubject {
        var subject = EventSubject(
            "exit", results: [("status", "its exit status"), ("name", "of the job")],
            examples: ["expect exit == 0 from=build within=2m"], senders: "the name of a job",
            sender: { $0.fields["name"]?.description }
        ) { event in event.name == LogEvent.jobExitName ? event.fields["status"]?.description : nil }
        // The end of a job is what it waits for.
        subject.endsWithJobs = false
        subject.matched = { event, script in
            await script.jobs.settle(event.fields["name"]?.description ?? "")
        }
        return subject
    }

    /// `expect http matches /POST .* 200/`: an exchange with a control plane, or of the command `http`.
    package static var http: EventSubject {
        EventSubject(
            "http",
            results: [
                ("method", "of the request"), ("path", "with the query"),
                ("status", "of the answer; empty without one"), ("ms", "how long it took"),
            ],
            examples: ["expect http contains \"POST /vms 200\"", "expect no http for=1s"]
        ) { event in
            guard event.name == LogEvent.httpName else { return nil }
            let parts = ["method", "path", "status"].compactMap { event.fields[$0]?.description }
            return parts.filter { !$0.isEmpty }.joined(separator: " ")
        }
    }
}
