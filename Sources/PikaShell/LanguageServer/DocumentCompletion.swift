import Scripting
import Vocabulary

/// What may be written at a place of a document.
struct DocumentCompletion {
    struct Item {
        let label: String
        /// Of LSP's CompletionItemKind: 3 function, 6 variable, 10 property, 12 value, 14 keyword.
        let kind: Int
        let detail: String
        /// How many characters before the place it takes the place of.
        let replaces: Int
    }

    let catalogue: CommandCatalogue
    let source: Source

    private static let prefixes = ["defer", "try", "soft", "fails", "if", "unless", "in", "background"]
    private static let blocks = ["if", "unless", "for", "repeat", "else", "end"]

    /// - Parameter text: of the line, up to the place.
    func items(for text: String) -> [Item] {
        if let match = text.firstMatch(of: #/\$\{?([A-Za-z_][A-Za-z0-9_]*)?$/#) {
            let typed = match.1.map(String.init) ?? ""
            return variables.filter { $0.name.hasPrefix(typed) }.map {
                Item(label: $0.name, kind: 6, detail: $0.detail, replaces: typed.count)
            }
        }
        let line = String(text.drop { $0 == " " || $0 == "\t" })
        let (rest, isPrefixed) = Self.withoutPrefixes(line)
        let typed = rest.split(separator: " ", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        var items = Completions(catalogue: catalogue).candidates(for: rest).map { candidate in
            let command = catalogue.command(named: candidate)
            // Names of two words take the place of both.
            let replaces =
                command != nil && !candidate.hasPrefix(typed) || candidate.hasPrefix(rest)
                ? rest.count : typed.count
            return Item(
                label: candidate, kind: command == nil ? candidate.hasSuffix("=") ? 10 : 12 : 3,
                detail: command?.description.summary ?? "", replaces: replaces)
        }
        if !rest.contains(" ") {
            let words = Self.prefixes + (isPrefixed ? [] : Self.blocks)
            items += Set(words).sorted().filter { $0.hasPrefix(rest) }.map {
                Item(label: $0, kind: 14, detail: "", replaces: rest.count)
            }
        }
        return items
    }

    private var variables: [(name: String, detail: String)] {
        var seen = Set<String>()
        let own = ScriptIndex(source, catalogue: catalogue).entries
            .filter { $0.kind == .variable && $0.isDefinition && seen.insert($0.name).inserted }
            .map { ($0.name, $0.line) }
        return own
            + catalogue.variables.sorted().filter { seen.insert($0).inserted }.map { ($0, "always there") }
    }

    private static func withoutPrefixes(_ line: String) -> (String, Bool) {
        var rest = line[...]
        var isPrefixed = false
        while let match = rest.prefixMatch(
            of: #/(?:defer|try|soft|fails[^:]*:|(?:if|unless|in|background) [^:]*:)\s+|if ok\s+/#)
        {
            rest = rest[match.range.upperBound...]
            isPrefixed = true
        }
        return (String(rest), isPrefixed)
    }

    /// The command, or the word of the language, that a line has at a column.
    static func topic(in line: String, at column: Int, _ catalogue: CommandCatalogue) -> String? {
        let lead = line.prefix { $0 == " " || $0 == "\t" }.count
        let (rest, _) = withoutPrefixes(String(line.dropFirst(lead)))
        let start = line.count - rest.count + 1
        if column < start {
            return line.dropFirst(lead).prefix { $0.isLetter }.description
        }
        let words = rest.split(separator: " ").map(String.init)
        for count in [2, 1] where words.count >= count {
            let name = words.prefix(count).joined(separator: " ")
            guard catalogue.command(named: name) != nil else { continue }
            // The first word behind it may choose a page of its own: spawn microvm.
            let whole = words.count > count ? "\(name) \(words[count])" : name
            return column <= start + whole.count ? whole : name
        }
        return words.first
    }
}
