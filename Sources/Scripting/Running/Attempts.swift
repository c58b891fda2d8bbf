import Vocabulary

/// Runs a command under its universal parameters: timeout, within, every, stable; ends at once when a job dies.
struct Attempts {
    let script: Interpreter
    let universal: ParameterSet

    private var clock: any Clock<Duration> { script.host.clock }
    private var pause: Duration { universal.duration("every") ?? .milliseconds(500) }

    func run(_ command: any Command, _ call: CommandCall) async throws -> [String: EventValue] {
        let counter = Counter()
        var result: [String: EventValue] = [:]
        let elapsed = try await clock.elapsed {
            result = try await racingJobs(isWait(command)) { try await limited(command, call, counter) }
        }
        result["ms"] = .number(elapsed.wholeMilliseconds)
        result["tries"] = .number(await counter.tries)
        return result
    }

    private func isWait(_ command: any Command) -> Bool {
        universal.duration("within") != nil || command.description.isWait
    }

    private func limited(
        _ command: any Command, _ call: CommandCall, _ counter: Counter
    ) async throws -> [String: EventValue] {
        guard let limit = universal.duration("within"), !command.description.ownsWithin else {
            return try await settled(command, call, counter)
        }
        do {
            return try await withDeadline(limit, clock: clock) {
                try await untilSuccess(command, call, counter)
            }
        } catch let exceeded as DeadlineExceeded {
            throw await counter.failure(after: exceeded.limit)
        }
    }

    private func untilSuccess(
        _ command: any Command, _ call: CommandCall, _ counter: Counter
    ) async throws -> [String: EventValue] {
        while true {
            do {
                return try await settled(command, call, counter)
            } catch let end as ScriptEnd {
                throw end
            } catch {
                try Task.checkCancellation()
                let failure = Failure(error)
                // A try that ran into its own limit is retried, too: that is what `timeout=` beside `within=` is for.
                let isRetryable =
                    failure.isRetryable || failure.code == .timeout && universal.duration("timeout") != nil
                guard isRetryable else { throw failure }
                await counter.failed(failure)
                await script.emit(
                    .retry(
                        command: command.description.name, tries: await counter.tries, reason: failure.message
                    ))
                try await clock.sleep(for: pause)
            }
        }
    }

    /// One success, or with `stable=` successes without a break from the first until that much later.
    private func settled(
        _ command: any Command, _ call: CommandCall, _ counter: Counter
    ) async throws -> [String: EventValue] {
        var result = try await once(command, call, counter)
        guard let stable = universal.duration("stable") else { return result }
        var stableFor = Duration.zero
        while stableFor < stable {
            stableFor += try await clock.elapsed {
                try await clock.sleep(for: min(pause, stable))
                result = try await once(command, call, counter)
            }
        }
        return result
    }

    private func once(
        _ command: any Command, _ call: CommandCall, _ counter: Counter
    ) async throws -> [String: EventValue] {
        await counter.tried()
        guard let limit = universal.duration("timeout") else {
            return try await command.run(call, in: script)
        }
        do {
            return try await withDeadline(limit, clock: clock) { try await command.run(call, in: script) }
        } catch is DeadlineExceeded {
            throw Failure(.timeout, "\(command.description.name) took longer than timeout=\(limit.inSeconds)")
        }
    }

    private func racingJobs(
        _ isWait: Bool, _ body: @escaping @Sendable () async throws -> [String: EventValue]
    ) async throws -> [String: EventValue] {
        guard isWait, await !script.jobs.isEmpty else { return try await body() }
        return try await withThrowingTaskGroup(of: [String: EventValue]?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                if let death = await script.jobs.death() { throw death }
                return nil
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    private actor Counter {
        private(set) var tries = 0
        private var last: Failure?

        func tried() { tries += 1 }
        func failed(_ failure: Failure) { last = failure }

        func failure(after limit: Duration) -> Failure {
            guard var failure = last else { return Failure(.timeout, "no answer within \(limit.inSeconds)") }
            failure.message += " (\(tries) tries within \(limit.inSeconds))"
            return failure
        }
    }
}
