import Foundation
import Scripting
import Vocabulary

/// What a language server can say of one document, as JSON objects of LSP 3.17.
struct DocumentAnalysis {
    let uri: String
    let text: EditorText
    let catalogue: CommandCatalogue
    private let source: Source

    init(uri: String, text: EditorText, catalogue: CommandCatalogue) {
        (self.uri, self.text, self.catalogue) = (uri, text, catalogue)
        // What it includes is looked for beside it.
        let path = URL(string: uri).flatMap { $0.isFileURL ? $0.path : nil } ?? uri
        let directory = path.lastIndex(of: "/").map { String(path[...$0]) }
        source = Source(name: path, text: text.text, directory: directory)
    }

    private func range(_ range: SourceRange) -> [String: Any] {
        [
            "start": text.position(line: range.line, column: range.startColumn),
            "end": text.position(line: range.line, column: range.startColumn + range.characters),
        ]
    }

    private var findings: (all: [Diagnostic], areErrors: Bool) {
        switch CheckedScript.make(source, catalogue: catalogue) {
        case .success(let script): (script.findings, false)
        case .failure(let problems): (problems.problems, true)
        }
    }

    // MARK: Diagnostics and fixes

    func diagnostics() -> [[String: Any]] {
        let (all, areErrors) = findings
        return all.map { diagnostic in
            let notes = diagnostic.notes.map(\.text)
            return [
                "range": diagnostic.range.map(range) ?? text.wholeRange, "severity": areErrors ? 1 : 2,
                "source": "pikachat", "code": diagnostic.rule?.id ?? diagnostic.code.name,
                "message": ([diagnostic.message] + notes).joined(separator: "\n"),
            ]
        }
    }

    /// Fixes of rules, and the nearest name where a name is unknown.
    ///
    /// - Parameter wanted: lines outside are left out.
    func actions(in wanted: [String: Any]?) -> [[String: Any]] {
        func line(_ name: String) -> Int? { (wanted?[name] as? [String: Any])?["line"] as? Int }
        let lines = (line("start") ?? 0)...max(line("start") ?? 0, line("end") ?? Int.max)
        return findings.all.filter { $0.range.map { lines.contains($0.line - 1) } ?? false }.flatMap(actions)
    }

    private func actions(for diagnostic: Diagnostic) -> [[String: Any]] {
        var actions: [[String: Any]] = []
        if let fix = diagnostic.fix {
            let new = ((fix.replacement.map { [$0] } ?? []) + fix.following).map { $0 + "\n" }.joined()
            let start: [String: Any] = ["line": fix.line - 1, "character": 0]
            let isLast = fix.line >= text.lines.count
            let end: [String: Any] =
                isLast ? text.position(line: fix.line, column: .max) : ["line": fix.line, "character": 0]
            actions.append(
                action(fix.title, ["start": start, "end": end], isLast ? String(new.dropLast()) : new))
        }
        if let place = diagnostic.range {
            for note in diagnostic.notes {
                guard let match = note.text.wholeMatch(of: #/did you mean (?:the variable )?(\S+)\?/#) else {
                    continue
                }
                actions.append(action("write \(match.1)", range(place), String(match.1)))
            }
        }
        return actions
    }

    private func action(_ title: String, _ range: [String: Any], _ new: String) -> [String: Any] {
        [
            "title": title, "kind": "quickfix",
            "edit": ["changes": [uri: [["range": range, "newText": new]]]],
        ]
    }

    // MARK: Completion and hover

    func completion(at line: Int, _ character: Int) -> [String: Any] {
        let before = text.prefix(line: line, character: character)
        let items = DocumentCompletion(catalogue: catalogue, source: source).items(for: before)
        return [
            "isIncomplete": false,
            "items": items.map { item -> [String: Any] in
                let start = text.position(
                    line: line + 1, column: before.count - item.replaces + 1)
                return [
                    "label": item.label, "kind": item.kind, "detail": item.detail,
                    "textEdit": [
                        "range": ["start": start, "end": ["line": line, "character": character]],
                        "newText": item.label,
                    ] as [String: Any],
                ]
            },
        ]
    }

    func hover(at line: Int, _ character: Int) -> Any {
        let column = text.column(line: line, character: character)
        let index = ScriptIndex(source, catalogue: catalogue)
        if let entry = index.entry(line: line + 1, column: column),
            let definition = index.definition(of: entry)
        {
            return markdown("`\(definition.line)`\n\nline \(definition.range.line)")
        }
        guard let words = text.lines.indices.contains(line) ? text.lines[line] : nil,
            let topic = DocumentCompletion.topic(in: words, at: column, catalogue),
            let page = try? HelpPages.text(for: topic, catalogue)
        else { return NSNull() }
        return markdown("```text\n\(page)\n```")
    }

    private func markdown(_ text: String) -> [String: Any] {
        ["contents": ["kind": "markdown", "value": text]]
    }

    // MARK: Places

    private func entry(_ line: Int, _ character: Int) -> (ScriptIndex, ScriptIndex.Entry)? {
        let index = ScriptIndex(source, catalogue: catalogue)
        return index.entry(line: line + 1, column: text.column(line: line, character: character)).map {
            (index, $0)
        }
    }

    func definition(at line: Int, _ character: Int) -> Any {
        guard let (index, entry) = entry(line, character) else { return NSNull() }
        if entry.kind == .file {
            let path = source.path(to: entry.name)
            guard FileManager.default.fileExists(atPath: path) else { return NSNull() }
            let zero = ["line": 0, "character": 0]
            return ["uri": URL(fileURLWithPath: path).absoluteString, "range": ["start": zero, "end": zero]]
                as [String: Any]
        }
        guard let definition = index.definition(of: entry) else { return NSNull() }
        return ["uri": uri, "range": range(definition.range)] as [String: Any]
    }

    func references(at line: Int, _ character: Int) -> Any {
        guard let (index, entry) = entry(line, character) else { return NSNull() }
        return index.occurrences(of: entry).map { ["uri": uri, "range": range($0.range)] as [String: Any] }
    }

    func renameable(at line: Int, _ character: Int) -> Any {
        guard let (index, entry) = entry(line, character), entry.kind != .file,
            index.definition(of: entry) != nil
        else { return NSNull() }
        return ["range": range(entry.range), "placeholder": entry.name] as [String: Any]
    }

    func rename(at line: Int, _ character: Int, to name: String) -> Any {
        guard let (index, entry) = entry(line, character), entry.kind != .file,
            index.definition(of: entry) != nil
        else { return NSNull() }
        var seen = Set<[Int]>()
        let edits = index.occurrences(of: entry).filter {
            seen.insert([$0.range.line, $0.range.startColumn]).inserted
        }
        return ["changes": [uri: edits.map { ["range": range($0.range), "newText": name] as [String: Any] }]]
    }

    static func isName(_ name: String) -> Bool {
        name.wholeMatch(of: #/[A-Za-z][A-Za-z0-9_-]*/#) != nil
    }

    // MARK: The whole document

    func formatting() -> Any {
        guard let result = try? ScriptFormatter.format(source, catalogue: catalogue),
            let new = try? result.get(),
            new != text.text
        else { return [Any]() }
        return [["range": text.wholeRange, "newText": new] as [String: Any]]
    }

    /// Steps and inputs.
    func symbols() -> [[String: Any]] {
        let entries = ScriptIndex(source, catalogue: catalogue).entries
        return entries.filter { $0.kind == .step || $0.isDefinition && $0.name == $0.name.uppercased() }.map {
            entry in
            [
                "name": entry.name, "kind": entry.kind == .step ? 3 : 14, "range": range(entry.range),
                "selectionRange": range(entry.range),
            ]
        }
    }
}
