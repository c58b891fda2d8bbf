/// Characters from bytes that come one at a time. A byte that cannot go on what was begun makes that U+FFFD, and stands for itself.
struct UTF8Assembler: Equatable {
    private var begun: [UInt8] = []

    enum Step: Equatable {
        /// The byte was used; more are needed.
        case needsMore
        /// The byte was used.
        case character(Unicode.Scalar)
        /// What was begun is broken; the byte was not used.
        case broken
    }

    mutating func add(_ byte: UInt8) -> Step {
        if begun.isEmpty {
            if byte < 0x80 { return .character(Unicode.Scalar(byte)) }
            guard Self.length(byte) > 1 else { return .character("\u{fffd}") }
            begun = [byte]
            return .needsMore
        }
        guard byte & 0xc0 == 0x80 else {
            begun = []
            return .broken
        }
        begun.append(byte)
        guard begun.count == Self.length(begun[0]) else { return .needsMore }
        defer { begun = [] }
        return .character(String(validating: begun, as: UTF8.self)?.unicodeScalars.first ?? "\u{fffd}")
    }

    /// By its first byte; 1 for bytes that begin nothing longer.
    private static func length(_ first: UInt8) -> Int {
        switch first {
        case 0xc2..<0xe0: 2
        case 0xe0..<0xf0: 3
        case 0xf0..<0xf5: 4
        default: 1
        }
    }
}
