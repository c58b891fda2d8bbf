/// Words of the `.pika` language, written from texts of any content.
package enum ScriptWord {
    /// One word, whatever is in it.
    package static func quoted(_ text: String) -> String {
        let plain = text.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || $0.properties.numericType != nil
                || ":/._-@+%".unicodeScalars.contains($0)
        }
        guard !plain || text.isEmpty else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\", "$": escaped += "\\\(scalar)"
            case "\n": escaped += "\\n"
            case "\t": escaped += "\\t"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return "\"\(escaped)\""
    }

    /// An argument of a command line: `key=value` stays one, its value quoted where that is needed.
    package static func argument(_ text: String) -> String {
        guard let sign = text.firstIndex(of: "="), sign != text.startIndex,
            text[..<sign].utf8.allSatisfy({ ($0 >= 0x61 && $0 <= 0x7a) || $0 == 0x2d })
        else { return Comparison(rawValue: text) != nil ? text : quoted(text) }
        return text[...sign] + quoted(String(text[text.index(after: sign)...]))
    }
}
