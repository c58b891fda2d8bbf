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

    /// More than anybody pastes; what comes on top is dropped, all of it and not the middle.
    static let limitBytes = 8 << 20
    /// Read bytes that are kept at most before the rest moves to the front.
    private static let slackBytes = 64 << 10

    private var bytes: [UInt8] = []
    /// Up to here they have been read.
    private var offset = 0
    /// Up to here there is no key that acts at once.
    private var searched = 0

    mutating func append(_ typed: [UInt8]) {
        guard bytes.count - offset + typed.count > Self.limitBytes else {
            bytes += typed
            return
        }
        // Full or not, Ctrl-C is heard: it makes room.
        guard let interrupt = typed.lastIndex(of: 0x03) else { return }
        self = TypedAhead()
        bytes = Array(typed[interrupt...])
    }

    /// The oldest byte, which stays.
    var first: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    mutating func removeFirst() {
        guard offset < bytes.count else { return }
        offset += 1
        if offset == bytes.count {
            self = TypedAhead()
        } else if offset > Self.slackBytes {
            bytes.removeFirst(offset)
            searched = max(0, searched - offset)
            offset = 0
        }
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
