import Foundation
import Vocabulary

/// A `.env` file: `KEY=value` lines with comments, `export`, quotes and values of several lines, as the tools that read such files have
/// agreed on.
package enum DotEnv {
    /// Larger files are not settings.
    private static let maximumBytes = 1 << 20

    /// Empty where there is no such file.
    ///
    /// - Throws: `Failure` (usage) with the line that cannot be read.
    package static func load(_ path: String) throws -> [String: String] {
        guard FileManager.default.fileExists(atPath: path) else { return [:] }
        guard let data = FileManager.default.contents(atPath: path), data.count <= maximumBytes,
            let text = String(validating: data, as: UTF8.self)
        else {
            throw Failure(.usage, "\(path) is not a readable UTF-8 text of at most \(maximumBytes >> 20) MiB")
        }
        return try values(in: text, path: path)
    }

    static func values(in text: String, path: String) throws -> [String: String] {
        var reader = Reader(Source(name: path, text: text))
        return try reader.all()
    }

    private struct Reader {
        private let path: String
        private let text: [Character]
        private var place = 0

        init(_ source: Source) {
            path = source.name
            text = Array(source.lines.joined(separator: "\n"))
        }

        private var next: Character? { place < text.count ? text[place] : nil }

        private func isBlank(_ character: Character?) -> Bool {
            character.map { $0 != "\n" && $0.isWhitespace } ?? false
        }

        private mutating func skipBlanks() { while isBlank(next) { place += 1 } }

        private mutating func skipLine() {
            while let character = next, character != "\n" { place += 1 }
            place += 1
        }

        /// - Parameter start: the place of the mistake; nil means here.
        private func failure(_ why: String, at start: Int? = nil) -> Failure {
            let line = text[..<min(start ?? place, text.count)].count { $0 == "\n" } + 1
            return Failure(
                .usage, "\(path):\(line): \(why)", hints: ["lines are written NAME=value; # begins a comment"]
            )
        }

        mutating func all() throws -> [String: String] {
            var values: [String: String] = [:]
            while place < text.count {
                skipBlanks()
                guard let character = next, character != "\n", character != "#" else {
                    skipLine()
                    continue
                }
                let name = try name()
                values[name] = try value()
            }
            return values
        }

        private mutating func name() throws -> String {
            var name = word()
            if name == "export", isBlank(next) {
                skipBlanks()
                name = word()
            }
            skipBlanks()
            guard next == "=", let first = name.first, first.isLetter || first == "_" else {
                throw failure("this is not NAME=value")
            }
            place += 1
            return name
        }

        private mutating func word() -> String {
            let start = place
            while let character = next, character.isASCII,
                character.isLetter || character.isNumber || "_.-".contains(character)
            {
                place += 1
            }
            return String(text[start..<place])
        }

        private mutating func value() throws -> String {
            skipBlanks()
            if let quote = next, quote == "\"" || quote == "'" { return try quoted(quote) }
            let start = place
            // A comment begins with a blank before it; abc#def is a value.
            while let character = next, character != "\n",
                !(character == "#" && (place == start || isBlank(text[place - 1])))
            {
                place += 1
            }
            var value = text[start..<place]
            while isBlank(value.last) { value.removeLast() }
            skipLine()
            return String(value)
        }

        /// Single quotes keep everything; double quotes know \n, \r, \t, \", \\ and \$. Both may span lines.
        private mutating func quoted(_ quote: Character) throws -> String {
            var value = ""
            let start = place
            place += 1
            while let character = next, character != quote {
                place += 1
                guard character == "\\", quote == "\"", let escaped = next else {
                    value.append(character)
                    continue
                }
                place += 1
                switch escaped {
                case "n": value.append("\n")
                case "r": value.append("\r")
                case "t": value.append("\t")
                case "\"", "\\", "$": value.append(escaped)
                default: value += [character, escaped]
                }
            }
            guard next == quote else { throw failure("the closing \(quote) is missing", at: start) }
            place += 1
            skipBlanks()
            guard next == nil || next == "\n" || next == "#" else {
                throw failure("text follows the closing \(quote)")
            }
            skipLine()
            return value
        }
    }
}
