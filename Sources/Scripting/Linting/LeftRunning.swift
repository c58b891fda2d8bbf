import Vocabulary

/// A command that starts something which no other line removes or keeps.
struct LeftRunning: ScriptLint {
    static let rule = CheckRule(
        "left-running", "something is started, and nothing says what becomes of it",
        advice: "put `defer teardown` behind it, or `keep`", isFixable: true)

    func findings(in script: LintedScript) -> [Diagnostic] {
        guard !script.source.isLibrary,
            !script.commands.contains(where: {
                $0.invocation.command is SourceCommand || $0.invocation.command is IncludeCommand
            })
        else { return [] }
        let descriptions = script.commands.map(\.invocation.command.description)
        let settled = Set(descriptions.flatMap { [$0.closes, $0.keeps].compactMap { $0 } })
        let closers = script.catalogue.commands.filter { $0.description.closes != nil }
        return script.commands.compactMap { prefixes, invocation -> Diagnostic? in
            guard let kind = invocation.command.opens(invocation.written),
                !prefixes.contains(where: \.wantsFailure), !settled.contains(kind),
                let closer = closers.first(where: { $0.description.closes == kind })
            else { return nil }
            let name = invocation.command.description.name
            let line = invocation.range.source.lines[invocation.range.line - 1]
            let indent = String(line.prefix { $0.isWhitespace })
            let isWhole = invocation.words.allSatisfy { $0.range.line == invocation.range.line }
            return Diagnostic(
                rule: Self.rule,
                "\(name) starts something that stays when the script fails or is interrupted",
                invocation.range,
                fix: isWhole && prefixes.isEmpty && !line.hasSuffix("\\")
                    ? ScriptFix(
                        title: "add defer \(closer.description.name)", line: invocation.range.line,
                        replacement: line, following: ["\(indent)defer \(closer.description.name)"]) : nil)
        }
    }
}

extension Prefix {
    fileprivate var wantsFailure: Bool { if case .fails = self { true } else { false } }
}
