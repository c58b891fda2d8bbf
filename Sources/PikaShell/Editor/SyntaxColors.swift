import Scripting
import Vocabulary

/// Colours of a typed line: known commands, unknown ones, variables, texts in quotes, comments. The characters stay what they are.
struct SyntaxColors: Sendable {
    private enum Color: String {
        case command = "1;36"
        case unknown = "31"
        case prefix = "35"
        case variable = "33"
        case text = "32"
        case comment = "2"
    }

    let catalogue: CommandCatalogue

    /// The line with SGR sequences; itself where nothing in it stands out.
    func painted(_ line: String) -> String {
        var result = ""
        let lead = line.prefix { $0 == " " }
        let body = String(line.dropFirst(lead.count))
        let (rest, _) = Completions.withoutPrefixes(body)
        let prefixes = body.dropLast(rest.count)
        result += lead + (prefixes.isEmpty ? "" : paint(String(prefixes), .prefix))
        let (name, arguments) = split(rest)
        result += name + words(arguments)
        return result
    }

    /// The name of the command, painted, and what follows it.
    private func split(_ rest: String) -> (String, String) {
        let words = rest.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map(
            String.init)
        if words.count >= 2, catalogue.command(named: "\(words[0]) \(words[1])") != nil {
            let name = "\(words[0]) \(words[1])"
            return (paint(name, .command), String(rest.dropFirst(name.count)))
        }
        guard let first = words.first, !first.isEmpty, !first.hasPrefix("#") else { return ("", rest) }
        let following = String(rest.dropFirst(first.count))
        if catalogue.command(named: first) != nil { return (paint(first, .command), following) }
        let isLanguage = (Completions.prefixes + Completions.blocks).contains(first)
        if isLanguage { return (paint(first, .prefix), following) }
        // While it is being typed it may become anything.
        let mayGrow = following.isEmpty || catalogue.names.contains { $0.hasPrefix(first + " ") }
        return (mayGrow ? first : paint(first, .unknown), following)
    }

    private func words(_ text: String) -> String {
        var (result, quote, run, color): (String, Character?, String, Color?) = ("", nil, "", nil)
        func flush(_ next: Color?) {
            if !run.isEmpty { result += color.map { paint(run, $0) } ?? run }
            (run, color) = ("", next)
        }
        var isEscaped = false
        var previous: Character = " "
        for character in text {
            defer { previous = character }
            if isEscaped {
                isEscaped = false
                run.append(character)
                continue
            }
            if color == .variable, !(character.isLetter || character.isNumber || "_.{}-".contains(character))
            {
                flush(quote == nil ? nil : .text)
            }
            if color == .comment {
                run.append(character)
                continue
            }
            switch character {
            case "\\": isEscaped = quote != "'"
            case "\"", "'":
                if quote == nil {
                    flush(.text)
                    quote = character
                } else if quote == character {
                    run.append(character)
                    flush(nil)
                    quote = nil
                    continue
                }
            case "$" where quote != "'": flush(.variable)
            case "#" where quote == nil && previous == " ": flush(.comment)
            default: break
            }
            run.append(character)
        }
        flush(nil)
        return result
    }

    private func paint(_ text: String, _ color: Color) -> String {
        "\u{1b}[\(color.rawValue)m\(text)\u{1b}[0m"
    }
}
