import AgentCommands
import Foundation
import PikaShell
import Scripting
import Vocabulary

/// One run of a suite with everything around it: what is shown, the reports, what is remembered for the next time.
struct TestSession: Sendable {
    let request: TestRequest
    let context: CommandContext

    private var terminal: Terminal { context.terminal }
    /// A report on the output has it for itself.
    private var stream: Terminal.Stream { request.reports.contains(where: \.isOutput) ? .error : .output }
    private var isGitHub: Bool { context.configuration.environment["GITHUB_ACTIONS"] == "true" }

    func run(_ plan: TestPlan) async throws -> Int32 {
        let files = try request.reports.filter { !$0.isOutput }.map { ($0, try ReportFile($0.path)) }
        // Until the annotations, the log is text from outside: none of it is a command for the runner.
        let silence = isGitHub && stream == .output ? "pika-\(UInt64.random(in: .min ... .max))" : nil
        if let silence {
            maskForGitHub(plan)
            terminal.report("::stop-commands::\(silence)\n")
        }
        for remark in plan.remarks { terminal.line(remark, lead: [("note: ", .plain)], to: .error) }
        for warning in plan.warnings { context.showWarning(warning) }
        let suite = await plan.problems.isEmpty ? tested(plan) : refused(plan)
        for target in request.reports where target.isOutput {
            terminal.report(text(target.kind, suite))
        }
        if let silence { terminal.report("::\(silence)::\n") }
        var failure: Failure?
        for (target, file) in files {
            do { try file.write(text(target.kind, suite)) } catch { failure = failure ?? error }
        }
        do {
            if isGitHub { try annotate(suite) }
        } catch { failure = failure ?? Failure(error) }
        // For the next time; what this run came to does not depend on it.
        do { try remember(suite) } catch {
            terminal.line(
                "--last-failed will not know of this run: \(Failure(error).message)",
                lead: [("warning: ", .plain)],
                to: .error)
        }
        if let failure { terminal.line("error: \(failure.description)", .red, to: .error) }
        if request.tellsCoverage { terminal.block(coverage.text(of: suite), to: stream) }
        terminal.line(suite.totals, .bold, to: stream)
        if let failure, suite.status == 0 { return failure.code.exitStatus }
        return plan.problems.isEmpty
            ? suite.status : Diagnostic.exitStatus(of: plan.problems.flatMap(\.problems))
    }

    private var coverage: Coverage {
        Coverage(
            ContractCoverage.sections(context.providers).map { section in
                .init(section.title, section.items.map { .init($0.name, isHit: $0.isHit) })
            })
    }

    private func tested(_ plan: TestPlan) async -> TestSuite {
        if let seed = request.options.shuffleSeed {
            terminal.line("order: --shuffle --seed \(seed)", .dim, to: .error)
        }
        let progress = TestProgress(terminal: terminal, stream: stream, total: plan.tests.count)
        let run = TestRun(
            options: request.options, catalogue: context.catalogue, inputs: request.inputs,
            isMock: request.isMock, interrupts: context.interrupts, observer: progress
        ) { [context, request] test, log in
            try await context.testWorld(for: test, log, request)
        }
        let display = Task { await progress.run() }
        let suite = await run.run(plan)
        display.cancel()
        await display.value
        return suite
    }

    /// A mistake in one file, and nothing runs: the files with mistakes have failed, the others were skipped.
    private func refused(_ plan: TestPlan) -> TestSuite {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        for (_, problems) in plan.problems { for problem in problems { context.showFailure(problem) } }
        let wrong = Set(plan.problems.map(\.path))
        let results = plan.tests.filter { !wrong.contains($0.title) }.map { test in
            TestResult(
                test: test, outcome: .skipped(why: "nothing ran: another file has mistakes"), status: 0,
                tries: [], began: now, ms: 0)
        }
        let failed = plan.problems.enumerated().map { number, entry in
            TestResult(refused: entry.path, number, entry.problems, at: now)
        }
        return TestSuite(results: failed + results, began: now, ms: 0)
    }

    private func text(_ kind: ReportKind, _ suite: TestSuite) -> String {
        kind.report(ReportContext(host: ProcessInfo.processInfo.hostName, program: Main.version)).text(
            of: suite)
    }

    private func remember(_ suite: TestSuite) throws {
        let file = request.lastFailed(context)
        // A suite that has always passed leaves nothing behind.
        guard file.exists || suite.results.contains(where: \.isFailed) else { return }
        try context.makeStateDirectory()
        try file.save(suite)
    }

    // MARK: GitHub Actions

    /// Values of secret inputs: the runner's log hides them in what other programs print, too.
    private func maskForGitHub(_ plan: TestPlan) {
        for name in Set(plan.tests.flatMap(\.script.secretInputs)).sorted() {
            if let value = request.inputs.value(name) { terminal.tellGitHubToMask(value) }
        }
    }

    private func annotate(_ suite: TestSuite) throws {
        if !request.reports.contains(where: { $0.kind == .github || $0.isOutput }) {
            terminal.report(text(.github, suite))
        }
        guard let path = context.configuration.environment["GITHUB_STEP_SUMMARY"], !path.isEmpty else {
            return
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw Failure(
                .require, "GITHUB_STEP_SUMMARY=\(path) cannot be written: \(String(cString: strerror(errno)))"
            )
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try file.write(contentsOf: Data(ReportKind.summary(of: suite).utf8))
        } catch {
            throw Failure(
                .require, "GITHUB_STEP_SUMMARY=\(path) cannot be written: \(error.localizedDescription)")
        }
    }
}
