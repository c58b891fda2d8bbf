import Vocabulary

/// `for x in …`, one after the other, or several at a time (`jobs=N`).
extension Interpreter {
    func execute(_ loop: Loop, _ range: SourceRange) async throws {
        running = (range, step)
        let values = try loop.values.flatMap { try items($0) }
        guard let jobs = loop.jobs else {
            var failures: [Ended] = []
            for value in values {
                do {
                    try await run(loop, value)
                } catch let failure as Diagnostic where loop.keepsGoing && failure.isCatchable {
                    failures.append(Ended(error: failure, part: nil))
                } catch {
                    // What has failed before is not forgotten because a later turn ends the script.
                    failures.append(Ended(error: error, part: nil))
                    break
                }
            }
            return try await report(failures)
        }
        let text = try evaluate(jobs)
        guard let count = Int(text), Loop.jobsRange.contains(count) else {
            throw diagnostic(Loop.failure(jobs: text), jobs.range)
        }
        try await execute(loop, values, atATime: count)
    }

    /// The first failure ends the bodies that run in order, and no other begins; with `keep-going` all run. The failure that came first
    /// is the loop's; the others are told.
    private func execute(_ loop: Loop, _ values: [EventValue], atATime count: Int) async throws {
        let labels = Loop.labels(of: values)
        var failures: [Ended] = []
        await withTaskGroup(of: Ended?.self) { group in
            var waiting = zip(labels, values).makeIterator()
            var running = 0
            while true {
                while running < count, failures.isEmpty || loop.keepsGoing,
                    let (label, value) = waiting.next()
                {
                    let part = fork(variables: variables)
                    let name = Branch.label.map { "\($0).\(label)" } ?? label
                    group.addTask {
                        await Branch.$label.withValue(name) {
                            do {
                                try await part.run(loop, value)
                                return nil
                            } catch { return Ended(error: error, part: name) }
                        }
                    }
                    running += 1
                }
                guard let ended = await group.next() else { return }
                running -= 1
                guard let error = ended else { continue }
                if failures.isEmpty, !loop.keepsGoing { group.cancelAll() }
                failures.append(error)
            }
        }
        try await report(failures)
    }

    /// The error that ended a turn, and whose turn that was, where they run beside each other.
    private struct Ended {
        let error: any Error
        let part: String?

        /// How much it says: a failure outweighs an end that was asked for, and that outweighs what was only cancelled because of them.
        var weight: Int {
            guard let failure = error as? Diagnostic else { return error is ScriptEnd ? 1 : 2 }
            return failure.code == .cancelled ? 0 : 2
        }
    }

    /// The first failure is the loop's, whatever else ended a turn; the others are told.
    private func report(_ ended: [Ended]) async throws {
        guard let weight = ended.map(\.weight).max(), let first = ended.first(where: { $0.weight == weight })
        else { return }
        var isFirst = true
        for other in ended where other.weight == weight {
            guard !isFirst else {
                isFirst = false
                continue
            }
            guard let failure = other.error as? Diagnostic, failure.code != .cancelled else { continue }
            await Branch.$label.withValue(other.part ?? Branch.label) { await emit(.failure(failure)) }
        }
        guard var failure = first.error as? Diagnostic, let part = first.part else { throw first.error }
        failure.notes.append(.init("in the turn \(part)"))
        throw failure
    }

    private func run(_ loop: Loop, _ value: EventValue) async throws {
        variables.set(loop.variable, value, in: nil)
        try await execute(loop.body)
    }
}
