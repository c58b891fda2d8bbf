import Vocabulary

/// `for x in …`, one after the other, or several at a time (`jobs=N`).
extension Interpreter {
    func execute(_ loop: Loop, _ range: SourceRange) async throws {
        running = (range, step)
        let values = try loop.values.flatMap { try items($0) }
        guard let jobs = loop.jobs else {
            var failures: [Diagnostic] = []
            for value in values {
                do {
                    try await run(loop, value)
                } catch let failure as Diagnostic where loop.keepsGoing && failure.isCatchable {
                    failures.append(failure)
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
        var failures: [any Error] = []
        await withTaskGroup(of: (any Error)?.self) { group in
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
                            } catch { return error }
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

    private func report(_ failures: [any Error]) async throws {
        guard let first = failures.first else { return }
        for case let other as Diagnostic in failures.dropFirst() where other.code != .cancelled {
            await emit(.failure(other))
        }
        throw first
    }

    private func run(_ loop: Loop, _ value: EventValue) async throws {
        variables.set(loop.variable, value, in: nil)
        try await execute(loop.body)
    }
}
