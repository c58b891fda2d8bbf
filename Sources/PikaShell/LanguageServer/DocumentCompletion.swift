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

    /// - Parameter text: of the line, up to the place.
    func items(for text: String) -> [Item] {
        if let match = text.firstMatch(of: #/\$\{?([A-Za-z_][A-Za-z0-9_]*)?$/#) {
            let typed = match.1.map(String.init) ?? ""
            return variables.filter { $0.name.hasPrefix(typed) }.map {
                Item(label: $0.name, kind: 6, detail: $0.detail, replaces: typed.count)
            }
        }
        return Completions(catalogue: catalogue).all(for: text).map { candidate in
            let isWord =
                Completions.prefixes.contains(candidate.text) || Completions.blocks.contains(candidate.text)
            let isCommand = catalogue.command(named: candidate.text) != nil
            return Item(
                label: candidate.text,
                kind: isCommand ? 3 : candidate.text.hasSuffix("=") ? 10 : isWord ? 14 : 12,
                detail: candidate.detail, replaces: candidate.replaces)
        }
    }

    private var variables: [(name: String, detail: String)] {
        var seen = Set<String>()
        let own = ScriptIndex(source, catalogue: catalogue).entries
            .filter { $0.kind == .variable && $0.isDefinition && seen.insert($0.name).inserted }
            .map { ($0.name, $0.line) }
        return own
            + catalogue.variables.sorted().filter { seen.insert($0).inserted }.map { ($0, "always there") }
    }

    /// The command, or the word of the language, that a line has at a column.
    static func topic(in line: String, at column: Int, _ catalogue: CommandCatalogue) -> String? {
        let lead = line.prefix { $0 == " " || $0 == "\t" }.count
        let (rest, _) = Completions.withoutPrefixes(String(line.dropFirst(lead)))
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
