/// How wide text is on a terminal.
enum DisplayWidth {
    /// The beginning that fits in so many columns. East Asian characters take two of them.
    static func cut(_ text: String, to width: Int) -> String {
        var (columns, end) = (0, text.startIndex)
        for character in text {
            columns += character.unicodeScalars.first.map { $0.value >= 0x1100 ? 2 : 1 } ?? 1
            guard columns <= width else { return String(text[..<end]) }
            end = text.index(after: end)
        }
        return text
    }
}
