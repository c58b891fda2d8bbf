/// What a worker makes of an agent's name (contracts/providers.md).
package enum AgentID {
    /// Lower case; runs of anything but `a-z0-9_-` become `-`; none at the ends; 64 characters at most.
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
        return trimmed(trimmed(id).prefix(64))
    }
}
