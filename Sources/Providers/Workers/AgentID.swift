/// Ids of Workers agents, which the worker derives from their names (contracts/providers.md).
package enum AgentID {
    private static let maximumCharacters = 64

    /// The name in lower case, each run of characters other than `a-z0-9_-` replaced by `-`, without `-` at
    /// either end, and cut to 64 characters.
    package static func normalised(_ name: String) -> String {
        var id = ""
        for character in name.lowercased().unicodeScalars {
            let isPlain =
                ("a"..."z").contains(character) || ("0"..."9").contains(character) || character == "_"
                || character == "-"
            if isPlain { id.unicodeScalars.append(character) } else if !id.hasSuffix("-") { id += "-" }
        }
        func trimmed(_ text: some StringProtocol) -> String {
            String(text.drop { $0 == "-" }.reversed().drop { $0 == "-" }.reversed())
        }
        return trimmed(trimmed(id).prefix(maximumCharacters))
    }

    /// Whether a worker can have assigned this id: 1 to 64 of `a-z0-9_-`.
    static func isValid(_ id: String) -> Bool {
        (1...maximumCharacters).contains(id.utf8.count)
            && id.utf8.allSatisfy {
                ($0 >= 0x61 && $0 <= 0x7a) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2d || $0 == 0x5f
            }
    }
}
