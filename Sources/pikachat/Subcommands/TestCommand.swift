import Foundation
import PikaShell
import Providers
import Scripting
import Vocabulary

/// `pikachat test [FILE|FOLDER]…`
struct TestCommand: Subcommand {
    var spec: CommandSpec {
        var spec = CommandSpec(
            name: "test", summary: "runs .pika scripts as a test suite, against mocks",
            usage: "FILE|FOLDER… [options]   (of a folder: all *.pika in it and below, without lib/)")
        spec.options =
            [
                OptionSpec("--mock", help: "against mocks in this process; that is the default"),
                OptionSpec("--live", help: "against real control planes, relays and agents"),
                .set,
                OptionSpec(
                    "--jobs", placeholder: "N", help: "files at a time [default: four for each core]"),
                OptionSpec(
                    "--matrix", placeholder: "K=A,B", help: "once for each value; several multiply",
                    isRepeatable: true),
                OptionSpec(
                    "--exclude", placeholder: "K=A,L=B", help: "leaves out combinations of the matrix",
                    isRepeatable: true),
                OptionSpec(
                    "--tag", placeholder: "T",
                    help: "only files with this tag; '!T' only those without it; may be repeated",
                    isRepeatable: true),
                OptionSpec(
                    "--filter", placeholder: "REGEX", help: "only what matches: path and values of the matrix"
                ),
                OptionSpec("--last-failed", help: "only what failed when it ran last"),
                OptionSpec(
                    "--coverage",
                    help:
                        "tells which calls of control planes, stages and faults were exercised, and which never"
                ),
                OptionSpec("--list", help: "shows what would run, and runs nothing"),
                OptionSpec("--shuffle", help: "starts the files in a random order; the seed is shown"),
                OptionSpec("--seed", placeholder: "N", help: "the order of an earlier --shuffle"),
                OptionSpec(
                    "--retry", placeholder: "N",
                    help: "tries a file again that failed; one that passes later is flaky"),
                OptionSpec("--fail-fast", help: "ends everything with the first failure"),
                OptionSpec(
                    "--max-time", placeholder: "TIME",
                    help: "limits each file, such as 2m; cleanup comes on top"),
                .timeScale,
                .update,
                OptionSpec(
                    "--report", placeholder: "KIND=PATH",
                    help:
                        "\(ReportKind.allCases.map(\.rawValue).joined(separator: ", ")); may be repeated; - is standard output",
                    isRepeatable: true),
            ] + CassetteMode.options
        spec.details = """
            pikachat test scripts/ci --matrix PROVIDER=fly,workers,microvm --report junit=report.xml
            Each file gets a mock world, a state directory, jobs and variables of its own. With GITHUB_ACTIONS=true failures are
            annotated, and the step summary gets a table. The last line counts: passed, failed, skipped, flaky.
            exit status: that of the first file that failed, in the order of the arguments · 2 usage or script error, nothing
              ran · 3 a report could not be written · 130/143 signal
            """
        return spec
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        guard !arguments.positionals.isEmpty else {
            throw Failure(
                .usage, "test needs a file or a folder", hints: ["pikachat test scripts/ci"])
        }
        let request = try TestRequest(arguments, context)
        let plan = try request.plan(context)
        if arguments.has("--list") { return list(plan, context) }
        try request.cassettes.check(plan.tests.map { ($0.path, $0.values) })
        return try await TestSession(request: request, context: context).run(plan)
    }

    private func list(_ plan: TestPlan, _ context: CommandContext) -> Int32 {
        for (_, problems) in plan.problems {
            for problem in problems { context.log.emit(.failure(problem)) }
        }
        for test in plan.tests {
            let tags = test.script.tags.sorted()
            context.result(
                "test",
                [
                    "test": .text(test.path), "tags": .list(tags.map(EventValue.text)),
                    "matrix": .record(Dictionary(test.values.map { ($0.key, .text($0.value)) }) { $1 }),
                ], test.title + (tags.isEmpty ? "" : "  (\(tags.joined(separator: ", ")))"))
        }
        return plan.problems.isEmpty ? 0 : FailureCode.usage.exitStatus
    }
}
