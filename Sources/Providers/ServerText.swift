/// Words of a control plane in our own sentences: one line, no control characters, not too many.
enum ServerText {
    private static let limitCharacters = 120

    static func plain(_ text: String) -> String {
        let line = HTTPFailure.excerpt(Array(text.utf8))
        return line.count > limitCharacters ? String(line.prefix(limitCharacters)) + "…" : line
    }
}
