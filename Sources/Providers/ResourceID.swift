/// Ids assigned by control planes. They become part of URLs and of commands that people copy, so only plain
/// characters are accepted.
enum ResourceID {
    /// 1 to 128 letters, digits, `-`, `_` and `.`, and not only dots.
    static func isPlain(_ id: String) -> Bool {
        (1...128).contains(id.utf8.count)
            && id.utf8.allSatisfy { character in
                switch character {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                    UInt8(ascii: "."):
                    true
                default: false
                }
            } && !id.allSatisfy { $0 == "." }
    }
}
