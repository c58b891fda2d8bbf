import Vocabulary

/// Runs a command under its universal parameters: timeout, within, every, stable; ends at once when a job dies.
struct Attempts {
    let script: Interpreter
    let universal: ParameterSet
    let repetition: Repetition
    /// A job that dies does not end it.
    let ignoresJobs: Bool

    /// How a command ended, and what it took.
    struct Outcome {
        let result: Result<[String: EventValue], any Error>
        let tries: Int
        let elapsed: Duration
    }

    private var clock: any Clock<Duration> { script.host.clock }
    private var pause: Duration { universal.duration("every") ?? .milliseconds(500) }

    /// The longest pause before another try at what is refused for coming too often.
    private static let longestPause: Duration = .seconds(8)

    /// Doubles from try to try while somebody asks for fewer of them, unless `every=` says what is wanted; short enough for some tries
    /// within the limit.
    private func pause(afterRefusals count: Int, within limit: Duration) -> Duration {
        guard universal.text(givenFor: "every").isEmpty, count > 0 else { return pause }
        return min(pause * (1 << min(count - 1, 16)), max(pause, min(Self.longestPause, limit / 4)))
    }

    func run(_ command: any Command, _ call: CommandCall) async -> Outcome {
        let counter = Counter()
        var result: Result<[String: EventValue], any Error> = .failure(CancellationError())
        let elapsed = await clock.elapsed {
            do {
                result = .success(
                    try await racingJobs(noticesJobs) {
                        try await limited(command, call, counter)
                    })
            } catch {
                result = .failure(error)
            }
        }
        return Outcome(result: result, tries: await counter.tries, elapsed: elapsed)
    }

    private func limited(
        _ command: any Command, _ call: CommandCall, _ counter: Counter
    ) async throws -> [String: EventValue] {
        guard let limit = universal.duration("within").map(script.limit), repetition != .waits else {
            return try await settled(command, call, counter)
        }
        do {
            return try await withDeadline(limit, clock: clock) {
                try await untilSuccess(command, call, counter, within: limit)
            }
        } catch is DeadlineExceeded {
            throw await counter.failure(after: limit)
        }
    }

    private func untilSuccess(
        _ command: any Command, _ call: CommandCall, _ counter: Counter, within limit: Duration
    ) async throws -> [String: EventValue] {
        /// One after the other because of too many tries.
        var refusals = 0
        while true {
            do {
                return try await settled(command, call, counter)
            } catch let end as ScriptEnd {
                throw end
            } catch {
                try Task.checkCancellation()
                let failure = Failure(error)
                guard mayRetry(failure) else { throw error }
                refusals = failure.isRateLimited ? refusals + 1 : 0
                await counter.failed(error)
                await script.emit(
                    .retry(
                        command: command.description.name, tries: await counter.tries,
                        reason: failure.message))
                try await clock.sleep(for: pause(afterRefusals: refusals, within: limit))
            }
        }
    }

    private func mayRetry(_ failure: Failure) -> Bool {
        // A try that ran into its own limit is retried, too: that is what `timeout=` beside `within=` is for.
        let isTransient =
            failure.isRetryable || failure.code == .timeout && universal.duration("timeout") != nil
        return isTransient && (repetition == .repeatable || failure.isSafeToRepeat)
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
        var call = call
        call.attempt = await counter.tried()
        let attempt = call
        guard let limit = universal.duration("timeout").map(script.limit) else {
            return try await command.run(attempt, in: script)
        }
        do {
            return try await withDeadline(limit, clock: clock) { try await command.run(attempt, in: script) }
        } catch is DeadlineExceeded {
            throw Failure(.timeout, "\(command.description.name) took longer than timeout=\(limit.inSeconds)")
        }
    }

    /// What only looks or waits ends when a job dies; what creates or sends is left to finish.
    private var noticesJobs: Bool {
        guard !ignoresJobs else { return false }
        return switch repetition {
        case .repeatable, .waits, .never: true
        case .instant, .onlyWithoutEffect: false
        }
    }

    private func racingJobs(
        _ notices: Bool, _ body: @escaping @Sendable () async throws -> [String: EventValue]
    ) async throws -> [String: EventValue] {
        guard notices, await !script.jobs.isEmpty else { return try await body() }
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
        private var last: (any Error)?

        /// - Returns: the number of this try, from 1.
        func tried() -> Int {
            tries += 1
            return tries
        }

        func failed(_ error: any Error) { last = error }

        func failure(after limit: Duration) -> any Error {
            guard let last else { return Failure(.timeout, "no answer within \(limit.inSeconds)") }
            var failure = Failure(last)
            failure.message += " (\(tries) tries within \(limit.inSeconds))"
            return (last as? FailedCommand).map { FailedCommand(failure, result: $0.result) } ?? failure
        }
    }
}
