/// Pasted text as the line editor holds it: one line, in which a sign stands for each line end.
enum PastedText {
    /// U+2424, the sign for a new line.
    static let lineEnd: Character = "\u{2424}"

    /// - Parameter scalars: as the terminal sent them, between the marks of a bracketed paste.
    static func edited(_ scalars: String.UnicodeScalarView) -> String {
        var text = ""
        var previous: Unicode.Scalar?
        for scalar in scalars {
            switch scalar {
            case "\n" where previous == "\r": break
            case "\r", "\n": text.append(lineEnd)
            case "\t": text.append(" ")
            // Keys that would steer the editor, or a terminal.
            case _ where scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value): break
            default: text.unicodeScalars.append(scalar)
            }
            previous = scalar
        }
        // The last line waits for Enter, whether its end was copied along or not.
        while text.last == lineEnd { text.removeLast() }
        return text
    }

    /// The lines that were meant.
    static func lines(in typed: String) -> String { typed.replacing(String(lineEnd), with: "\n") }

    /// A block as one entry of the history.
    static func entry(_ lines: [String]) -> String {
        lines.joined(separator: "\n").replacing("\n", with: String(lineEnd))
    }
}
