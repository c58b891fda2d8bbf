/// Text of any origin, made harmless for a terminal: nothing in it moves the cursor, hides, reverses or forges a line.
public enum VisibleText {
    /// One line: line ends are shown as `␊`.
    public static func line(_ text: String) -> String {
        text.isHarmless(withLines: false) ? text : shown(text, keepsLines: false)
    }

    /// Several lines; a carriage return before a line end is part of it.
    public static func block(_ text: String) -> String {
        text.isHarmless(withLines: true)
            ? text : shown(text.replacing("\r\n", with: "\n"), keepsLines: true)
    }

    /// As a part of something longer: lines after the first are indented, so that none looks like a line of ours.
    public static func hanging(_ text: String, indent: Int = 4) -> String {
        guard text.unicodeScalars.contains("\n") else { return text }
        let blanks = String(repeating: " ", count: indent)
        // By scalars: a carriage return and a line feed are one character.
        return text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            .map { line in String(line.last == "\r" ? line.dropLast() : line) }.joined(
                separator: "\n" + blanks)
    }

    private static func shown(_ text: String, keepsLines: Bool) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            result.append(scalar == "\n" && keepsLines ? scalar : scalar.visible)
        }
        return String(result)
    }
}

extension String {
    fileprivate func isHarmless(withLines: Bool) -> Bool {
        unicodeScalars.allSatisfy { $0.visible == $0 || withLines && $0 == "\n" }
    }
}

extension Unicode.Scalar {
    /// Itself, or the sign that stands for it where it would steer the terminal.
    var visible: Unicode.Scalar {
        switch value {
        case 0x09: self
        case 0x00..<0x20: Unicode.Scalar(0x2400 + value) ?? "\u{fffd}"  // Control Pictures: ␛ for ESC
        case 0x20..<0x7f: self
        case 0x7f: "\u{2421}"
        // C1 controls; line and paragraph separators; marks that change the direction of text; invisible tags.
        case 0x80..<0xa0, 0x2028, 0x2029, 0x61c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069, 0xfeff,
            0xe0000...0xe007f:
            "\u{fffd}"
        default: self
        }
    }
}
