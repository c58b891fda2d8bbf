/// One word of a statement: literal text and variables in it. A variable never splits a word.
public struct Word: Equatable, Sendable {
    package enum Part: Equatable, Sendable {
        case literal(String)
        /// `$name.path`, with the place of the `$`.
        case variable([String], SourceRange)
    }

    /// Set for `key=value`: the parts are those of the value then.
    public internal(set) var key: String?
    package internal(set) var parts: [Part]
    /// Whether it, or its value, stood in quotes.
    public internal(set) var isQuoted: Bool
    package let range: SourceRange
    /// Text follows its closing quote directly: right in code for a shell and in text, where quotes count as they are written, and nowhere
    /// else.
    package internal(set) var problem: Diagnostic?

    init(key: String? = nil, parts: [Part], isQuoted: Bool = false, range: SourceRange) {
        self.key = key
        self.parts = parts
        self.isQuoted = isQuoted
        self.range = range
    }

    /// The text; nil when a variable is in it.
    public var literal: String? {
        var text = ""
        for part in parts {
            guard case .literal(let piece) = part else { return nil }
            text += piece
        }
        return text
    }

    /// The text of a word that has neither quotes nor a key; keywords and names of commands are such words.
    public var bare: String? { isQuoted || key != nil ? nil : literal }

    /// Much as it was written; for messages.
    public var source: String {
        let body = parts.map { part in
            switch part {
            case .literal(let text): text
            case .variable(let path, _): "$" + path.joined(separator: ".")
            }
        }.joined()
        let value = isQuoted ? "\"\(body)\"" : body
        return key.map { "\($0)=\(value)" } ?? value
    }
}
