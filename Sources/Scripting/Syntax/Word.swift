/// One word of a statement: literal text and variables in it. A variable never splits a word.
package struct Word: Equatable, Sendable {
    package enum Part: Equatable, Sendable {
        case literal(String)
        /// `$name.path`, with the place of the `$`.
        case variable([String], SourceRange)
    }

    /// Set for `key=value`: the parts are the value's then.
    package var key: String?
    package var parts: [Part]
    package var isQuoted: Bool
    package var range: SourceRange

    package init(key: String? = nil, parts: [Part], isQuoted: Bool = false, range: SourceRange) {
        self.key = key
        self.parts = parts
        self.isQuoted = isQuoted
        self.range = range
    }

    /// The text, when no variable is in it.
    package var literal: String? {
        var text = ""
        for part in parts {
            guard case .literal(let piece) = part else { return nil }
            text += piece
        }
        return text
    }

    /// The bare word, neither quoted nor keyed: what keywords and command names are made of.
    package var bare: String? { isQuoted || key != nil ? nil : literal }

    /// As it was written, more or less; for messages.
    package var source: String {
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
