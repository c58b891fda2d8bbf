import Foundation

/// What a file declares for other packages, found by reading it line by line: enough for code that swift-format has laid out.
struct PublicDeclarations {
    struct Declaration {
        /// As it was written, on one line, without body and without initial value.
        let text: String
        let line: Int
        let isDocumented: Bool
        /// A requirement of a protocol.
        let isRequirement: Bool

        /// The name that is declared: `run` of `func run(_:)`.
        var name: String {
            text.firstMatch(of: #/\b(?:var|let|func|case|struct|enum|class|actor|protocol) ([\w=<+]+)/#)
                .map { String($0.1) } ?? "init"
        }
    }

    private struct Scope {
        let header: String
        /// Braces that are open outside of it.
        let depth: Int
        var kind: Substring {
            header.firstMatch(of: #/\b(extension|protocol|enum|struct|class|actor)\b/#)?.1 ?? ""
        }
        var name: Substring {
            header.firstMatch(of: #/\b(?:extension|protocol|enum|struct|class|actor) ([\w.]+)/#)?.1 ?? ""
        }
        var isPublic: Bool { header.hasPrefix("public ") }
    }

    private(set) var all: [Declaration] = []
    private var scopes: [Scope] = []
    private var depth = 0
    private var isText = false
    private var isDocumented = false

    init(_ source: String) {
        var lines = source.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map {
            (number: $0.offset + 1, text: $0.element.trimmingPrefix(while: { $0 == " " }))
        }[...]
        while let line = lines.popFirst() {
            guard !skips(line.text) else { continue }
            var text = String(line.text)
            // A declaration may go on over several lines.
            while isAtTypeLevel, let next = lines.first, Self.isOpen(text) || Self.continues(next.text) {
                lines.removeFirst()
                text += " " + next.text
            }
            read(text, line.number)
        }
    }

    /// Comments, attributes, and text between `"""`.
    private mutating func skips(_ text: Substring) -> Bool {
        let marks = text.matches(of: #/"""/#).count
        if isText {
            if marks == 1 { isText = false }
            return true
        }
        if text.hasPrefix("///") { isDocumented = true }
        return text.hasPrefix("//") || text.hasPrefix("@") && !text.contains(" ")
    }

    private static func isOpen(_ text: String) -> Bool {
        let bare = withoutLiterals(text)
        return bare.count { $0 == "(" } > bare.count { $0 == ")" } || bare.hasSuffix("->")
    }

    private static func continues(_ text: Substring) -> Bool {
        ["async ", "throws ", "-> ", "where "].contains { (text + " ").hasPrefix($0) }
    }

    private static func withoutLiterals(_ text: String) -> String {
        guard text.contains("\"") || text.contains("//") else { return text }
        return text.replacing(#/"(?:[^"\\]|\\.)*"/#, with: "\"\"").replacing(#/ *\/\/.*/#, with: "")
    }

    /// Outside of bodies of functions.
    private var isAtTypeLevel: Bool { depth == (scopes.last.map { $0.depth + 1 } ?? 0) }

    private mutating func read(_ text: String, _ line: Int) {
        let bare = Self.withoutLiterals(text)
        defer { isDocumented = false }
        if isAtTypeLevel {
            let scope = scopes.last
            let isRequirement = scope?.kind == "protocol" && scope?.isPublic == true
            let isCase = scope?.kind == "enum" && scope?.isPublic == true && text.hasPrefix("case ")
            if text.hasPrefix("public ") || (isRequirement || isCase) && text.contains(#/^[a-z]/#) {
                add(text, line, isRequirement: isRequirement)
            }
            if bare.contains(#/^(?:[a-z]+ )*(?:extension|protocol|enum|struct|class|actor) [^(]*\{/#) {
                scopes.append(Scope(header: Self.head(of: text), depth: depth))
            }
        }
        depth += bare.count { $0 == "{" } - bare.count { $0 == "}" }
        while let scope = scopes.last, depth <= scope.depth { scopes.removeLast() }
        if text.matches(of: #/"""/#).count % 2 == 1 { isText = true }
    }

    private mutating func add(_ text: String, _ line: Int, isRequirement: Bool) {
        let place = scopes.map { String($0.name) }
        // An enumeration on one line is told whole.
        let head = text.hasSuffix("}") && text.contains("{ case ") ? text : Self.head(of: text)
        let joined = head.replacing("( ", with: "(").replacing(" )", with: ")")
        all.append(
            Declaration(
                text: (place + [joined]).joined(separator: " › "), line: line,
                isDocumented: isDocumented, isRequirement: isRequirement))
    }

    /// Up to the body or the initial value.
    private static func head(of text: String) -> String {
        var open = 0
        var result = ""
        for character in text {
            if "([".contains(character) { open += 1 }
            if ")]".contains(character) { open -= 1 }
            if open == 0,
                character == "{" || character == "=" && result.hasSuffix(" ") && !result.contains("func ")
            {
                break
            }
            result.append(character)
        }
        return result.trimmingCharacters(in: [" "])
    }
}
