import AgentCore
import Nostr

/// Runs a command under its universal parameters: timeout, within, every, stable; ends at once when a job dies.
struct Attempts {
    let script: Interpreter
    let universal: ParameterSet
    let range: SourceRange

    private var clock: any Clock<Duration> { script.host.clock }

    func run(_ command: any Command, _ call: CommandCall) async throws -> [String: EventValue] {
        let start = ContinuousClock.now
        let counter = Counter()
        var result = try await racingJobs(
            universal.duration("within") != nil || command.description.ownsWithin
        ) {
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
        let elapsed = ContinuousClock.now - start
        result["ms"] = .number(
            Int(elapsed.components.seconds) * 1000
                + Int(elapsed.components.attoseconds / 1_000_000_000_000_000))
        result["tries"] = .number(await counter.tries)
        return result
    }

    private func untilSuccess(
        _ command: any Command, _ call: CommandCall, _ counter: Counter
    ) async throws -> [String: EventValue] {
        while true {
            do {
                return try await settled(command, call, counter)
            } catch let skipped as ScriptSkipped {
                throw skipped
            } catch {
                try Task.checkCancellation()
                let failure = Failure(error)
                // A time-out of one try heals too: that is what `timeout=` beside `within=` is for.
                guard failure.canHeal || (failure.code == .timeout && universal.duration("timeout") != nil)
                else { throw failure }
                await counter.failed(failure)
                script.host.log.emit(
                    .retry(
                        command: command.description.name, tries: await counter.tries, reason: failure.message
                    ))
                try await clock.sleep(for: universal.duration("every") ?? .milliseconds(500))
            }
        }
    }

    /// One success, or with `stable=` successes without a break from the first until that much later.
    private func settled(
        _ command: any Command, _ call: CommandCall, _ counter: Counter
    ) async throws -> [String: EventValue] {
        var result = try await once(command, call, counter)
        guard let stable = universal.duration("stable") else { return result }
        let isLongEnough = Flag()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await clock.sleep(for: stable)
                await isLongEnough.raise()
            }
            defer { group.cancelAll() }
            while await !isLongEnough.isRaised {
                try await clock.sleep(for: min(universal.duration("every") ?? .milliseconds(500), stable))
                result = try await once(command, call, counter)
            }
            return result
        }
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

    private actor Flag {
        private(set) var isRaised = false
        func raise() { isRaised = true }
    }
}
