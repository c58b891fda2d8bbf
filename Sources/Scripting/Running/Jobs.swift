import Vocabulary

/// Programs that a script has started, by name.
package actor Jobs {
    private var running: [String: ChildProcess] = [:]
    /// Where their logs go; nil where no program may be started.
    private let directory: String?
    private let clock: any Clock<Duration>
    private nonisolated let masking: Masking
    private nonisolated let groups = ProcessGroups()

    package init(directory: String?, clock: any Clock<Duration>, masking: Masking) {
        self.directory = directory
        self.masking = masking
        self.clock = clock
    }

    package var names: [String] { running.keys.sorted() }
    package var isEmpty: Bool { running.isEmpty }

    /// Runs `command` with /bin/sh under `name`.
    package func start(_ name: String, _ command: String, environment: [String: String]) throws {
        if let old = running[name], old.status == nil {
            throw Failure(
                .usage, "a job named \(name) is running already", hints: ["stop it first: stop \(name)"])
        }
        running[name] = try launch(command, log: "job-\(name)", environment, keepsLog: true)
    }

    /// Runs `command` with /bin/sh.
    ///
    /// - Parameter keepsLog: its log stays, so no secret may get into it. Otherwise the caller reads it, and removes it.
    nonisolated func launch(
        _ command: String, log: String, _ environment: [String: String], keepsLog: Bool = false
    ) throws -> ChildProcess {
        guard let directory else {
            throw Failure(.usage, "this shell starts no programs: it has no directory for their logs")
        }
        var environment = environment
        let script =
            masking.finds(in: command) ? HiddenCommand.hide(command, in: &environment) : command
        return try ChildProcess(
            ["/bin/sh", "-c", script], environment: environment, directory: nil,
            logPath: "\(directory)/\(log).log", groups: groups,
            masking: keepsLog ? masking : nil)
    }

    /// Ends every program at once, for an end that cannot wait.
    package nonisolated func killAll() { groups.killAll() }

    package func process(_ name: String) throws -> ChildProcess {
        guard let process = running[name] else {
            let known = running.isEmpty ? "none was started" : "known: \(names.joined(separator: ", "))"
            throw Failure(.usage, "there is no job named \(name) (\(known))")
        }
        return process
    }

    package func stop(_ name: String) async throws -> Int32 {
        let process = try process(name)
        await process.stop(grace: .seconds(5), clock: clock)
        running[name] = nil
        return process.status ?? 0
    }

    package func stopAll() async {
        let processes = Array(running.values)
        running = [:]
        let clock = clock
        await withTaskGroup(of: Void.self) { group in
            for process in processes {
                group.addTask { await process.stop(grace: .seconds(5), clock: clock) }
            }
        }
    }

    /// Returns the first job that has died, as a failure with the tail of its log. Waits as long as all live.
    nonisolated func death() async -> Failure? {
        let processes = await running
        return await withTaskGroup(of: Failure?.self) { group in
            for (name, process) in processes {
                group.addTask {
                    await process.hasEnded()
                    guard !Task.isCancelled, let status = process.status, await self.isRunning(name, process)
                    else {
                        return nil
                    }
                    return Failure(
                        .jobDied, "job \(name) ended with status \(status) while we waited",
                        hints: process.logTail(lines: 8).map { "\(name): \($0)" })
                }
            }
            defer { group.cancelAll() }
            while let result = await group.next() {
                if let failure = result { return failure }
            }
            return nil
        }
    }

    private func isRunning(_ name: String, _ process: ChildProcess) -> Bool { running[name] === process }
}
