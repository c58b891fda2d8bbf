import AgentCore

/// Ids that control planes give. They go into addresses and into commands for people: nothing but plain characters.
enum ResourceID {
    /// Letters, digits, `-`, `_` and `.`, 128 at most, and more than dots.
    static func isUsable(_ id: String) -> Bool {
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

    /// An answer must be about what was asked for.
    static func check(_ id: String, is expected: String, _ kind: String) throws {
        guard id != expected else { return }
        throw ProviderError(
            .protocolError,
            "asked for \(kind) \(expected), the control plane answered with the id \(HTTPFailure.excerpt(Array(id.utf8)).prefix(80).debugDescription)"
        )
    }
}
