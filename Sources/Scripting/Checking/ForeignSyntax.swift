/// What people write who know the shell or another language.
enum ForeignSyntax {
    /// Advice for a line whose first word is not a command.
    static func advice(for words: [Word]) -> String? {
        switch words[0].bare {
        case "elif", "elsif", "elseif": "write: else if CONDITION"
        case "fi", "done", "esac", "endif", "}": "a block ends with: end"
        case "then", "do", "{": "this word is not needed: the block begins on the next line"
        case "export", "set", "var", "local", "declare":
            "inputs are declared with env NAME=default, local values with let name=value"
        case "while", "until": "there is no such loop: use for, repeat, or within= on the command that waits"
        case "function", "def": "there are no functions; source FILE reads other scripts"
        case "assert", "test", "[", "[[": "compare with: expect $x == 3"
        case "print", "printf", "puts", "log": "print with: echo TEXT"
        case "curl", "wget": "use: http get URL, or sh \(words[0].source) …"
        default: words[0].key != nil ? "a variable is set with: let \(words[0].source)" : nil
        }
    }

    /// Advice for a word that another language would read differently.
    static func advice(for word: Word) -> String? {
        guard let text = word.literal, !word.isQuoted else { return nil }
        if text.hasPrefix("$(") || text.hasPrefix("`") {
            return "the output of a command: sh as=x COMMAND, then $x.text"
        }
        if text.count >= 2, text.hasPrefix("'"), text.hasSuffix("'") {
            return "single quotes are ordinary letters here: use double quotes"
        }
        return nil
    }
}
