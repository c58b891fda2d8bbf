import Foundation
import Processes
import Vocabulary

/// Programs that a script has started, by name.
package actor Jobs {
    private struct Job {
        let process: ChildProcess
        /// The log stays behind: somebody asked for it.
        let keepsLog: Bool
        /// Its end was told, or concerns nobody.
        var isSettled = false
    }

    /// Bytes of a log, and of what `sh` captures.
    static let limitBytes = 16 << 20

    private var jobs: [String: Job] = [:]
    /// Where their logs go; nil where no program may be started.
    private let directory: String?
    private let clock: any Clock<Duration>
    private let masking: Masking
    private let trace: TraceBook
    private nonisolated let groups = ProcessGroups()
    /// Ticks when one of them prints something.
    private nonisolated let output = Ticker()

    package init(directory: String?, clock: any Clock<Duration>, log: EventLog) {
        self.directory = directory
        self.clock = clock
        (masking, trace) = (log.masking, log.trace)
    }

    package var names: [String] { jobs.keys.sorted() }
    package var isEmpty: Bool { jobs.isEmpty }

    /// Runs `code` with /bin/sh under `name`.
    ///
    /// - Parameter log: a file that stays behind; nil keeps the log as long as the run lasts.
    /// - Throws: `Failure`.
    func start(_ name: String, _ code: String, environment: [String: String], log: String?) async throws {
        if let old = jobs[name] {
            guard old.process.status != nil else {
                throw Failure(
                    .usage, "a job named \(name) is running already", hints: ["stop it first: stop \(name)"])
            }
            await old.process.stop()
            discard(old)
        }
        let path = try log ?? "\(logDirectory())/job-\(name).log"
        let printed = JobTrace(name, trace)
        trace.add(.jobs, "→ \(name)", body: code)
        let process = try await ChildProcess(
            ["/bin/sh", "-c", code], environment: environment,
            output: .log(path: path, limitBytes: Self.limitBytes, masking), groups: groups,
            onOutput: { [output] bytes in
                output.tick()
                printed.add(bytes)
            })
        jobs[name] = Job(process: process, keepsLog: log != nil)
    }

    /// The exit status of a job that ends by itself; nil when it is stopped, or the run ends first.
    nonisolated func end(of name: String) async -> Int32? {
        guard let process = try? await process(name) else { return nil }
        await process.hasEnded()
        return await isListed(name, process) ? process.status : nil
    }

    private func isListed(_ name: String, _ process: ChildProcess) -> Bool { jobs[name]?.process === process }

    /// Ticks at once, and whenever one of them has printed something.
    nonisolated func activity() -> AsyncStream<Void> { output.ticks() }

    /// Its end was waited for: it ends nothing else.
    func settle(_ name: String) { jobs[name]?.isSettled = true }

    private func logDirectory() throws -> String {
        guard let directory else {
            throw Failure(.usage, "this shell starts no programs: it has no directory for their logs")
        }
        return directory
    }

    /// Runs `code` with /bin/sh to its end; nothing that it started is left then.
    ///
    /// - Throws: `Failure` when it printed more than is kept, `CancellationError`.
    nonisolated func run(_ code: String, environment: [String: String]) async throws -> (
        status: Int32, output: String, error: String
    ) {
        let process = try await ChildProcess(
            ["/bin/sh", "-c", code], environment: environment, output: .captured(limitBytes: Self.limitBytes),
            groups: groups)
        await process.hasEnded()
        await process.stop()
        try Task.checkCancellation()
        let captured = process.captured
        guard !captured.isCut else {
            throw Failure(
                .protocolError, "the command printed more than \(Self.limitBytes >> 20) MiB",
                hints: ["write it to a file, and read what you need"])
        }
        return (process.status ?? 0, captured.output, captured.error)
    }

    /// Ends every program at once, for an end that cannot wait.
    package nonisolated func killAll() { groups.killAll() }

    /// The ends of all logs, for the report of a failure.
    package func tails(lines: Int) -> [(name: String, lines: [String])] {
        jobs.sorted { $0.key < $1.key }.map { ($0.key, $0.value.process.logTail(lines: lines)) }
    }

    package func process(_ name: String) throws -> ChildProcess {
        guard let job = jobs[name] else {
            let known = jobs.isEmpty ? "none was started" : "known: \(names.joined(separator: ", "))"
            throw Failure(.usage, "there is no job named \(name) (\(known))")
        }
        return job.process
    }

    package func stop(_ name: String) async throws -> Int32 {
        let process = try process(name)
        // Off the list first: its end is no death.
        let job = jobs.removeValue(forKey: name)
        await process.stop()
        if let job { discard(job) }
        return process.status ?? 0
    }

    package func stopAll() async {
        let all = Array(jobs.values)
        jobs = [:]
        await withTaskGroup(of: Void.self) { group in
            for job in all { group.addTask { await job.process.stop() } }
        }
        for job in all { discard(job) }
    }

    /// Logs go with the run unless somebody asked for them.
    private func discard(_ job: Job) {
        if !job.keepsLog, let path = job.process.logPath { unlink(path) }
    }

    /// The first job that dies with a failure, with the tail of its log: during this wait, or before it when no wait has been told yet. Each
    /// end is told once. One that ends well is nobody's failure; then it waits for ever.
    nonisolated func death() async -> Failure? {
        let running = await jobs.filter { !$0.value.isSettled }
        return await withTaskGroup(of: Failure?.self) { group in
            for (name, job) in running {
                group.addTask {
                    await job.process.hasEnded()
                    guard !Task.isCancelled, let status = job.process.status, status != 0,
                        await self.settle(name, job.process)
                    else { return nil }
                    return Failure(
                        .jobDied, "job \(name) ended with status \(status) meanwhile",
                        hints: job.process.logTail(lines: 8).map { "\(name): \($0)" })
                }
            }
            defer { group.cancelAll() }
            while let result = await group.next() {
                if let failure = result { return failure }
            }
            return nil
        }
    }

    /// - Returns: whether the job's end is told now.
    private func settle(_ name: String, _ process: ChildProcess) -> Bool {
        guard let job = jobs[name], job.process === process, !job.isSettled else { return false }
        jobs[name]?.isSettled = true
        return true
    }
}
