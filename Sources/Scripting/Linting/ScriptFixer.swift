import Vocabulary

/// Mends what rules have found, as far as that is safe: until nothing is left that can be mended.
package enum ScriptFixer {
    /// One fix may bring out another.
    private static let maximumRounds = 20

    /// - Returns: the text, and what was done to it, in order; a script with mistakes stays as it is.
    package static func fixed(_ source: Source, catalogue: CommandCatalogue) -> (
        text: String, titles: [String]
    ) {
        var (current, titles): (Source, [String]) = (source, [])
        for _ in 0..<maximumRounds {
            guard case .success(let script) = CheckedScript.make(current, catalogue: catalogue) else { break }
            // One for each line and round: the next one is found again where it stands then.
            var byLine: [Int: ScriptFix] = [:]
            for fix in script.findings.compactMap(\.fix) where byLine[fix.line] == nil {
                byLine[fix.line] = fix
            }
            guard !byLine.isEmpty else { break }
            let next = current.replacing(apply(byLine, to: current.lines))
            // A fix that breaks something is none.
            guard case .success = CheckedScript.make(next, catalogue: catalogue) else { break }
            titles += byLine.sorted { $0.key < $1.key }.map { "line \($0.key): \($0.value.title)" }
            current = next
        }
        return (current.text, titles)
    }

    private static func apply(_ fixes: [Int: ScriptFix], to lines: [String]) -> [String] {
        lines.enumerated().flatMap { number, line -> [String] in
            guard let fix = fixes[number + 1] else { return [line] }
            return (fix.replacement.map { [$0] } ?? []) + fix.following
        }
    }
}
