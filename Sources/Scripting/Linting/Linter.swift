import Foundation
import Vocabulary

/// All rules that look for what is probably not meant.
package enum Linter {
    private static let lints: [any ScriptLint] = [
        MisplacedParameter(), ForeignWord(), UnusedVariable(), UnusedInput(), ShadowedVariable(),
        Unreachable(),
        LeftRunning(), SleepForWait(), SecretInOutput(), UnguardedMock(), StaleExpect(),
    ]

    /// For the documentation, and for `check --rules`.
    package static var rules: [CheckRule] {
        CheckRule.errors + lints.map { type(of: $0).rule } + [unknownRule]
    }

    /// Those that every run tells, too: a script that does not do what it says.
    private static let runRules: Set<CheckRule> = [MisplacedParameter.rule, ForeignWord.rule]

    /// A rule that a file breaks on purpose is named in a comment: `# check: off unguarded-mock`.
    static func findings(in script: LintedScript) -> [Diagnostic] {
        let (off, unknown) = switchedOff(in: script.source)
        let found = lints.filter { !off.contains(type(of: $0).rule.id) }.flatMap { $0.findings(in: script) }
        return (found + unknown).enumerated()
            .sorted { ($0.element.range?.line ?? 0, $0.offset) < ($1.element.range?.line ?? 0, $1.offset) }
            .map(\.element)
    }

    static let unknownRule = CheckRule(
        "unknown-rule", "a comment that switches off a rule which does not exist",
        advice: "pikachat check --rules lists them; errors cannot be switched off")

    private static func switchedOff(in source: Source) -> (ids: Set<String>, unknown: [Diagnostic]) {
        let known = Set(lints.map { type(of: $0).rule.id })
        var (ids, unknown): (Set<String>, [Diagnostic]) = ([], [])
        var isInText = false
        for (number, line) in source.lines.enumerated() {
            // What stands between three quotes is text, whatever it looks like.
            let quotes = line.components(separatedBy: "\"\"\"").count - 1
            defer { if quotes % 2 == 1 { isInText.toggle() } }
            guard !isInText else { continue }
            guard let match = line.wholeMatch(of: #/\s*#\s*check:\s*off\s+([a-z, -]+)(?:\(.*)?/#) else {
                continue
            }
            for id in match.1.split(whereSeparator: { $0 == "," || $0.isWhitespace }).map(String.init) {
                if known.contains(id) {
                    ids.insert(id)
                } else {
                    let range = SourceRange(source: source, line: number + 1, column: 1, length: line.count)
                    unknown.append(
                        Diagnostic(rule: unknownRule, "there is no rule \(id) to switch off", range))
                }
            }
        }
        return (ids, unknown)
    }

    /// Whether it is told before a run, and not only by `check`.
    static func isForRuns(_ finding: Diagnostic) -> Bool { finding.rule.map(runRules.contains) ?? true }
}

extension Source {
    /// A file for others to include: in a folder named lib.
    var isLibrary: Bool { name.split(separator: "/").dropLast().contains("lib") }
}
