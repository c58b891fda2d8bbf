/// How wide text is on a terminal.
enum DisplayWidth {
    /// The beginning that fits in so many columns. East Asian characters take two of them.
    static func cut(_ text: String, to width: Int) -> String {
        var (columns, end) = (0, text.startIndex)
        for character in text {
            columns += self.columns(of: character)
            guard columns <= width else { return String(text[..<end]) }
            end = text.index(after: end)
        }
        return text
    }

    static func columns(of text: String) -> Int { text.reduce(0) { $0 + columns(of: $1) } }

    private static func columns(of character: Character) -> Int {
        character.unicodeScalars.first.map {
            $0.value >= 0x1100 && !(0x2000..<0x2e80).contains($0.value) ? 2 : 1
        } ?? 1
    }
}
