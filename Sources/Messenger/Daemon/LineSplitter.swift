/// Bytes of a stream as lines; a line that is too long is told once and skipped.
struct LineSplitter {
    enum Piece: Equatable {
        /// Without its line end.
        case line([UInt8])
        case tooLong
    }

    /// A message of a group and its escapes fit many times over.
    static let limitBytes = 4 << 20

    private let limitBytes: Int
    private var buffer: [UInt8] = []
    /// Bytes of `buffer` that hold no line end.
    private var searched = 0
    private var isSkipping = false

    init(limitBytes: Int = LineSplitter.limitBytes) { self.limitBytes = limitBytes }

    mutating func append(_ bytes: [UInt8]) { buffer += bytes }

    /// The next whole line; nil when there is none yet.
    mutating func next() -> Piece? {
        guard let end = buffer[searched...].firstIndex(of: 10) else {
            searched = buffer.count
            guard searched > limitBytes || isSkipping else { return nil }
            defer { (buffer, searched, isSkipping) = ([], 0, true) }
            return isSkipping ? nil : .tooLong
        }
        let line = Array(buffer[..<end])
        buffer.removeFirst(end + 1)
        searched = 0
        if isSkipping {
            isSkipping = false
            return next()
        }
        return line.count > limitBytes ? .tooLong : .line(line)
    }

    /// What came behind the last line end, at the end of the stream.
    mutating func rest() -> [UInt8]? {
        defer { buffer = [] }
        return buffer.isEmpty || isSkipping ? nil : buffer
    }
}
