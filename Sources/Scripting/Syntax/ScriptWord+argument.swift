import Vocabulary

extension ScriptWord {
    /// An argument of a command line: `key=value` stays one, its value quoted where that is needed.
    package static func argument(_ text: String) -> String {
        guard let sign = text.firstIndex(of: "="), sign != text.startIndex,
            text[..<sign].utf8.allSatisfy({ ($0 >= 0x61 && $0 <= 0x7a) || $0 == 0x2d })
        else { return Comparison(rawValue: text) != nil ? text : quoted(text) }
        return text[...sign] + quoted(String(text[text.index(after: sign)...]))
    }
}
