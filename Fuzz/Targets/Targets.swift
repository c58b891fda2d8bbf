import Cryptography

/// All decoders of data that others have written.
enum Targets {
    static func all() throws -> [FuzzTarget] {
        try mls() + group() + events() + wire() + controlPlanes() + stateFiles() + scripts()
            + messenger()
    }

    static let random = SystemRandom()
    static let now: Int64 = 1_800_000_000

    static func bytes(_ texts: String...) -> [[UInt8]] { texts.map { Array($0.utf8) } }
}
