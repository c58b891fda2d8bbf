import Foundation
import PikaShell
import Scripting
import Vocabulary

/// `pikachat check FILE|FOLDER…`
struct CheckCommand: Subcommand {
    var spec: CommandSpec {
        CommandSpec(
            name: "check", summary: "looks for mistakes in scripts; runs nothing", usage: "FILE|FOLDER…",
            options: [
                OptionSpec("--fix", help: "mends what is safe to mend, in the files"),
                OptionSpec("--strict", help: "warnings are failures, too (status 1)"),
                OptionSpec("--rules", help: "lists all rules"),
            ],
            details: """
                Of a folder, all *.pika in it and below. Every finding names its rule; for each file without mistakes the longest time that it
                can take is told, from the limits written in it.
                exit status: 0 no mistake · 1 warnings, with --strict · 2 mistakes
                """)
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        if arguments.has("--rules") { return rules(context) }
        guard !arguments.positionals.isEmpty else { throw Failure(.usage, "check needs a script") }
        var status: Int32 = 0
        for path in try ScriptFiles.find(arguments.positionals) {
            do {
                let found = try check(path, fixing: arguments.has("--fix"), context)
                if found == .mistakes || status == 0 && found == .warnings && arguments.has("--strict") {
                    status =
                        found == .mistakes ? FailureCode.usage.exitStatus : FailureCode.mismatch.exitStatus
                }
            } catch {
                // The other files are looked at all the same.
                status = FailureCode.usage.exitStatus
                context.log.emit(.failure(Failure(error)))
            }
        }
        return status
    }

    private enum Verdict { case fine, warnings, mistakes }

    private func check(_ path: String, fixing: Bool, _ context: CommandContext) throws -> Verdict {
        var source = try Source.load(path)
        if fixing {
            let (text, titles) = ScriptFixer.fixed(source, catalogue: context.catalogue)
            if !titles.isEmpty {
                try ScriptFiles.write(text, to: path)
                context.result(
                    "fixed", ["file": .text(path), "fixes": .list(titles.map(EventValue.text))],
                    "\(path): \(titles.joined(separator: "; "))")
                source = try Source.load(path)
            }
        }
        switch CheckedScript.make(source, catalogue: context.catalogue) {
        case .success(let script):
            for finding in script.findings { context.log.emit(.finding(finding)) }
            let time = LongestTime(of: script)
            let count = script.findings.count
            let words = count == 0 ? "fine" : count == 1 ? "1 warning" : "\(count) warnings"
            context.result(
                "check",
                [
                    "file": .text(path), "ok": .flag(true), "warnings": .number(count),
                    "seconds": .number(Int(time.limited.components.seconds)),
                    "unlimited": .list(time.unlimited.map(EventValue.number)),
                ], "\(path): \(words), \(time.text)")
            return count == 0 ? .fine : .warnings
        case .failure(let problems):
            for problem in problems.problems { context.log.emit(.failure(problem)) }
            return .mistakes
        }
    }

    private func rules(_ context: CommandContext) -> Int32 {
        for rule in Linter.rules {
            context.result(
                "rule",
                [
                    "rule": .text(rule.id), "severity": .text(rule.severity.rawValue),
                    "summary": .text(rule.summary), "advice": .text(rule.advice),
                    "fixable": .flag(rule.isFixable),
                ],
                "\(rule.id) (\(rule.severity.rawValue)\(rule.isFixable ? ", --fix" : "")): \(rule.summary)\n  \(rule.advice)",
                isBlock: true)
        }
        return 0
    }
}
