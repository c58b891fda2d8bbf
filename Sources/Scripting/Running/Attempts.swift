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

    /// One success, or with `stable=` successes without a break for that long.
    private func settled(
        _ command: any Command, _ call: CommandCall, _ counter: Counter
    ) async throws -> [String: EventValue] {
        guard let stable = universal.duration("stable") else { return try await once(command, call, counter) }
        let last = Latest()
        do {
            try await withDeadline(stable, clock: clock) {
                while true {
                    await last.set(try await once(command, call, counter))
                    try await clock.sleep(for: universal.duration("every") ?? .milliseconds(500))
                }
            }
        } catch is DeadlineExceeded {
            if let result = await last.value { return result }
            throw Failure(
                .timeout, "\(command.description.name) did not answer once within \(stable.inSeconds)",
                canHeal: true)
        }
        return [:]
    }

    private func once(
        _ command: any Command, _ call: CommandCall, _ counter: Counter
    ) async throws -> [String: EventValue] {
        await counter.tried()
        guard let limit = universal.duration("timeout") else {
            return try await command.run(call, in: script)
        }
        return try await withDeadline(limit, clock: clock) { try await command.run(call, in: script) }
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

    private actor Latest {
        private(set) var value: [String: EventValue]?
        func set(_ value: [String: EventValue]) { self.value = value }
    }
}
