/// Bytes from the keyboard that nobody has read yet. While no line is being edited, some keys act at once instead of waiting for the
/// next prompt.
struct TypedAhead: Equatable {
    enum Key: Equatable {
        /// Ctrl-C; forgets what was typed before it, as terminals do.
        case interrupt
        /// Ctrl-Z
        case suspend
        /// Ctrl-\
        case quit
    }

    /// What is typed on top of it is dropped.
    static let limitBytes = 64 << 10

    private var bytes: [UInt8] = []
    /// Up to here they have been read.
    private var offset = 0
    /// Up to here there is no key that acts at once.
    private var searched = 0

    mutating func append(_ typed: some Sequence<UInt8>) {
        bytes += typed.prefix(Self.limitBytes - (bytes.count - offset))
    }

    /// The oldest byte.
    mutating func next() -> UInt8? {
        guard offset < bytes.count else { return nil }
        let byte = bytes[offset]
        offset += 1
        if offset == bytes.count { self = TypedAhead() }
        return byte
    }

    /// Takes out the first key that acts at once, if there is one.
    mutating func nextKey() -> Key? {
        searched = max(searched, offset)
        while searched < bytes.count {
            switch bytes[searched] {
            case 0x03:
                offset = searched + 1
                searched = offset
                return .interrupt
            case 0x1a:
                bytes.remove(at: searched)
                return .suspend
            case 0x1c:
                bytes.remove(at: searched)
                return .quit
            default: searched += 1
            }
        }
        return nil
    }
}
