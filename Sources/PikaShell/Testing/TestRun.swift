import Foundation
import Scripting
import Synchronization
import Vocabulary

/// Runs a plan: several files at a time, each in a world of its own. A signal ends all of them in order.
package struct TestRun: Sendable {
    private let options: TestOptions
    private let catalogue: CommandCatalogue
    private let inputs: Inputs
    private let isMock: Bool
    private let interrupts: Interrupts
    private let observer: any TestObserver
    private let clock: any Clock<Duration>
    private let makeWorld: @Sendable (TestCase, EventLog) async throws -> TestWorld
    /// One for all files.
    private let settings: RunSettings

    /// - Parameters:
    ///   - interrupts: of the program.
    ///   - makeWorld: called for each try; its errors are failures of that file.
    package init(
        options: TestOptions, catalogue: CommandCatalogue, inputs: Inputs, isMock: Bool,
        interrupts: Interrupts, observer: any TestObserver, clock: any Clock<Duration> = ContinuousClock(),
        makeWorld: @escaping @Sendable (TestCase, EventLog) async throws -> TestWorld
    ) {
        (self.options, self.catalogue, self.inputs, self.isMock) = (options, catalogue, inputs, isMock)
        (self.interrupts, self.observer, self.clock) = (interrupts, observer, clock)
        self.makeWorld = makeWorld
        settings = RunSettings(timeScale: options.timeScale, updatesSnapshots: options.updatesSnapshots)
    }

    /// - Returns: one result for each test of the plan, also for those that did not get to run.
    package func run(_ plan: TestPlan) async -> TestSuite {
        let began = Self.now()
        let stop = TestStop(interrupts)
        interrupts.handle { stop.deliver($0) }
        defer { interrupts.handle(nil) }
        let queue = Queue(plan.order(seed: options.shuffleSeed))
        let elapsed = await clock.elapsed {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<max(1, min(options.jobs, plan.tests.count)) {
                    group.addTask { await self.work(queue, stop) }
                }
            }
        }
        let all = queue.results
        return TestSuite(
            results: plan.tests.compactMap { all[$0.index] }, began: began, ms: elapsed.wholeMilliseconds,
            signal: stop.signal, seed: options.shuffleSeed)
    }

    /// What waits, and what has ended.
    private final class Queue: Sendable {
        private let state: Mutex<(waiting: ArraySlice<TestCase>, results: [Int: TestResult])>

        init(_ tests: [TestCase]) { state = Mutex((tests[...], [:])) }

        func next() -> TestCase? { state.withLock { $0.waiting.popFirst() } }
        func add(_ result: TestResult) { state.withLock { $0.results[result.test.index] = result } }
        var results: [Int: TestResult] { state.withLock { $0.results } }
    }

    private func work(_ queue: Queue, _ stop: TestStop) async {
        while let test = queue.next() {
            let result = await result(of: test, stop)
            queue.add(result)
            await observer.ended(result)
            if result.isFailed, options.failsFast { stop.stop(why: "stopped by --fail-fast") }
        }
    }

    private static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    private func result(of test: TestCase, _ stop: TestStop) async -> TestResult {
        let began = Self.now()
        func unstarted(_ why: String) -> TestResult {
            TestResult(test: test, outcome: .skipped(why: why), status: 0, tries: [], began: began, ms: 0)
        }
        if let why = stop.reason { return unstarted(why) }
        if let why = test.script.world?.reasonToSkip(isMock: isMock) { return unstarted(why) }
        await observer.began(test)
        var tries: [TestTranscript] = []
        var status: Int32 = 0
        let elapsed = await clock.elapsed {
            repeat {
                let (result, transcript) = await once(test, stop)
                tries.append(transcript)
                status = result
            } while status != 0 && tries.count <= options.retries && stop.reason == nil
                && ![FailureCode.usage, .require].map(\.exitStatus).contains(status)
        }
        return TestResult(
            test: test, outcome: outcome(status, tries, stop), status: status, tries: tries, began: began,
            ms: elapsed.wholeMilliseconds)
    }

    private func outcome(_ status: Int32, _ tries: [TestTranscript], _ stop: TestStop) -> TestResult.Outcome {
        // Without a failure of its own, a status says that it was interrupted.
        let hasFailed =
            tries.last?.failures.contains { $0.event.fields["code"] != .text(FailureCode.cancelled.name) }
            ?? false
        if status > 128, let why = stop.reason { return hasFailed ? .failed : .skipped(why: why) }
        guard status == 0 else { return .failed }
        if tries.count == 1, let why = tries.last?.skipReason { return .skipped(why: why) }
        return tries.count > 1 ? .flaky(tries: tries.count) : .passed
    }

    private func once(_ test: TestCase, _ stop: TestStop) async -> (Int32, TestTranscript) {
        let recorder = TestRecorder()
        let log = EventLog()
        let observer = observer
        log.listen { record in
            recorder.record(record)
            observer.happened(record, in: test)
        }
        do {
            let world = try await makeWorld(test, log)
            let (interrupts, number) = stop.register()
            var (status, inputs) = await run(test, world.host, interrupts)
            stop.unregister(number)
            do {
                try await world.close()
            } catch {
                let failure = Failure(error)
                log.emit(.failure(failure))
                if status == 0 { status = failure.code.exitStatus }
            }
            var transcript = recorder.transcript
            transcript.source = test.script.source.lines.map(log.masking.mask)
            transcript.inputs = inputs.map { ($0.name, log.masking.mask($0.value)) }
            return (status, transcript)
        } catch {
            let failure = Failure(error)
            log.emit(.failure(failure))
            return (failure.code.exitStatus, recorder.transcript)
        }
    }

    /// - Returns: the exit status, and the inputs with their values.
    private func run(_ test: TestCase, _ host: any ScriptHost, _ interrupts: Interrupts) async -> (
        Int32, [(name: String, value: String)]
    ) {
        host.log.masking.addSecrets(of: host.environment, catalogue)
        host.log.masking.addSecrets(in: test.script.source.text, catalogue)
        let interpreter = Interpreter(
            host: host, catalogue: catalogue,
            inputs: inputs.setting(test.values, among: test.script.inputNames), settings: settings)
        let runner = ScriptRunner(interpreter: interpreter, interrupts: interrupts, manner: .script)
        let status = await runner.run(limit: options.maximumTime.map(settings.scaled)) {
            try await $0.execute(test.script)
        }
        let variables = await interpreter.variables
        return (
            status,
            variables.declaredInputs.map { ($0, variables.value($0, in: nil)?.description ?? "") }
        )
    }
}
