import Vocabulary

/// `let x=1` and `as=x` that nothing reads.
struct UnusedVariable: ScriptLint {
    static let rule = CheckRule(
        "unused-variable", "a variable that nothing reads", advice: "remove it, or use it", isFixable: true)

    func findings(in script: LintedScript) -> [Diagnostic] {
        // What an included file sets is its result; a sourced file may read it.
        guard !script.source.isLibrary,
            !script.commands.contains(where: { $0.invocation.command is SourceCommand })
        else { return [] }
        let read = script.readNames()
        return script.commands.flatMap { _, invocation -> [Diagnostic] in
            if invocation.command is LetCommand {
                return invocation.arguments.compactMap { word -> Diagnostic? in
                    guard let name = word.key, !read.contains(name) else { return nil }
                    let isAlone = invocation.arguments.count == 1
                    return finding(name, word, isAlone ? .removing(invocation) : nil)
                }
            }
            // `as=` may name a session, which `use` and `in` mean without a dollar.
            guard let word = invocation.universal("as"), let name = word.literal, !read.contains(name),
                !invocation.command.namings(of: invocation.written).contains(where: { $0.naming.creates })
            else { return [] }
            let fix = ScriptFix.removing(word, of: invocation)
            return [finding(name, word, Self.keeps(invocation, fix, script.catalogue) ? fix : nil)]
        }
    }

    /// Whether the command does the same without the word: in code, another one may take its meaning.
    private static func keeps(_ invocation: Invocation, _ fix: ScriptFix?, _ catalogue: CommandCatalogue)
        -> Bool
    {
        guard let line = fix?.replacement else { return false }
        let commands = Parser.parse(Source(name: "", text: line), catalogue: catalogue).statements.commands
        guard
            let changed = commands.first(where: {
                $0.invocation.command.description.name == invocation.command.description.name
            })?.invocation
        else { return false }
        return changed.arguments.map(\.source) == invocation.arguments.map(\.source)
            && changed.universal("as") == nil
    }

    private func finding(_ name: String, _ word: Word, _ fix: ScriptFix?) -> Diagnostic {
        Diagnostic(rule: Self.rule, "\(name) is never used", word.range, fix: fix)
    }
}

extension ScriptFix {
    /// Nil for a command that shares its line with others.
    static func removing(_ invocation: Invocation) -> ScriptFix? {
        let range = invocation.range
        let line = range.source.lines[range.line - 1]
        let isAlone = line.prefix(range.column - 1).allSatisfy(\.isWhitespace)
        let spans = invocation.words.allSatisfy { $0.range.line == range.line } && !line.hasSuffix("\\")
        return isAlone && spans && !line.contains("\"\"\"")
            ? ScriptFix(title: "remove the line", line: range.line, replacement: nil) : nil
    }

    static func removing(_ word: Word, of invocation: Invocation) -> ScriptFix? {
        let line = Array(word.range.source.lines[word.range.line - 1])
        let (start, end) = (word.range.column - 1, word.range.column - 1 + word.range.length)
        guard start > 0, end <= line.count else { return nil }
        let before = line[..<start].reversed().drop { $0.isWhitespace }.reversed()
        return ScriptFix(
            title: "remove \(word.source)", line: word.range.line,
            replacement: String(Array(before) + line[end...]))
    }
}
