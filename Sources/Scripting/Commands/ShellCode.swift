import Vocabulary

/// The code that /bin/sh gets for `sh` and `start`. What is written in the script is code; what a variable holds is data: it goes into the
/// environment, and the code only names it there.
struct ShellCode {
    /// Longer values do not fit into an environment (MAX_ARG_STRLEN).
    private static let maximumBytes = 128 * 1024 - 64

    private(set) var text = ""
    private(set) var environment: [String: String] = [:]
    private var quote: Character?
    private var isEscaped = false
    private var isComment = false
    /// Whether a `#` here begins a comment.
    private var isWordStart = true

    /// - Parameters:
    ///   - words: as written; a single quoted word is the code itself, quotes of other words are the shell's.
    ///   - evaluate: the text of a variable's path.
    /// - Throws: `Failure` (usage) for a value that is too long.
    init(_ words: [Word], _ evaluate: (Word.Part) async throws -> String) async throws {
        if words.count == 1, words[0].isQuoted, words[0].key == nil {
            try await add(words[0].parts, evaluate)
            return
        }
        for (index, word) in words.enumerated() {
            if index > 0 { add(literal: Self.gap(words[index - 1], word)) }
            if let key = word.key { add(literal: "\(key)=") }
            guard word.isQuoted else {
                try await add(word.parts, evaluate)
                continue
            }
            add(literal: "\"")
            for part in word.parts {
                if case .literal(let literal) = part {
                    // The quotes' own escapes again; a dollar is the shell's.
                    add(literal: literal.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))
                } else {
                    try await add([part], evaluate)
                }
            }
            add(literal: "\"")
        }
    }

    /// Blanks between two words, as many as were written: between the shell's own quotes they count.
    private static func gap(_ previous: Word, _ next: Word) -> String {
        let (a, b) = (previous.range, next.range)
        guard a.line == b.line, b.column > a.column + a.length else { return " " }
        return String(repeating: " ", count: b.column - a.column - a.length)
    }

    private mutating func add(_ parts: [Word.Part], _ evaluate: (Word.Part) async throws -> String)
        async throws
    {
        for part in parts {
            if case .literal(let literal) = part {
                add(literal: literal)
                continue
            }
            let value = try await evaluate(part)
            guard value.utf8.count <= Self.maximumBytes else {
                throw Failure(
                    .usage, "a variable is too long for a program: \(value.utf8.count) bytes",
                    hints: ["at most \(Self.maximumBytes) bytes fit"])
            }
            let name = "PIKA_VALUE_\(environment.count + 1)"
            environment[name] = value
            // One word, wherever it stands.
            let reference =
                switch quote {
                case "\"": "${\(name)}"
                case "'": "'\"${\(name)}\"'"
                default: "\"${\(name)}\""
                }
            // A backslash in front of it is one: it must not take the quote along.
            text += isEscaped ? "\\" + reference : reference
            (isEscaped, isWordStart) = (false, false)
        }
    }

    /// Follows the shell's quotes, and its comments, where quotes mean nothing.
    private mutating func add(literal: String) {
        for character in literal {
            text.append(character)
            if isComment {
                isComment = character != "\n"
            } else if isEscaped {
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
            } else if quote == character {
                quote = nil
            } else if quote == nil, character == "\"" || character == "'" {
                quote = character
            } else if quote == nil, isWordStart, character == "#" {
                isComment = true
            }
            isWordStart = quote == nil && " \t\n;|&()<>".contains(character)
        }
    }
}
