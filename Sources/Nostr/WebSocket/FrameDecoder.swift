/// Decodes frames from a byte stream and reassembles fragmented messages (RFC 6455 §5.4, §5.5).
package struct FrameDecoder: Sendable {
    /// A complete message, or a control frame.
    package enum Output: Equatable, Sendable {
        case text(String)
        case binary([UInt8])
        case ping([UInt8])
        case pong([UInt8])
        case close(CloseCode?, String)
    }

    private let role: WebSocketRole
    private let maximumMessageBytes: Int
    private var buffer: [UInt8] = []
    private var consumed = 0
    /// The message whose fragments are being received.
    private var partial: (opcode: Opcode, payload: [UInt8])?
    private var fragments = 0
    /// Maximum number of frames per message.
    private static let maximumFragments = 1024

    /// - Parameter maximumMessageBytes: limit after reassembly; a peer that exceeds it is disconnected with
    ///   code 1009.
    package init(role: WebSocketRole, maximumMessageBytes: Int) {
        self.role = role
        self.maximumMessageBytes = maximumMessageBytes
    }

    package mutating func append(_ bytes: [UInt8]) {
        if consumed > 65_536 || consumed == buffer.count {
            buffer.removeFirst(consumed)
            consumed = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next message or control frame; nil until more bytes have been appended.
    package mutating func next() throws(WebSocketViolation) -> Output? {
        while let frame = try nextFrame() {
            switch frame.opcode {
            case .ping: return .ping(frame.payload)
            case .pong: return .pong(frame.payload)
            case .close: return try close(frame.payload)
            case .text, .binary:
                guard partial == nil else {
                    throw WebSocketViolation(.protocolError, "a new message started within a fragmented one")
                }
                if frame.isFinal { return try message(frame.opcode, frame.payload) }
                partial = (frame.opcode, frame.payload)
                fragments = 1
            case .continuation:
                // Move the message out while it grows: a second reference would copy all of it for every
                // fragment.
                guard var begun = partial.take() else {
                    throw WebSocketViolation(
                        .protocolError, "a continuation frame arrived outside a fragmented message")
                }
                fragments += 1
                guard fragments <= Self.maximumFragments else {
                    throw WebSocketViolation(.policyViolation, "a message has too many fragments")
                }
                begun.payload.append(contentsOf: frame.payload)
                if frame.isFinal { return try message(begun.opcode, begun.payload) }
                partial = begun
            }
        }
        return nil
    }

    private func message(_ opcode: Opcode, _ payload: [UInt8]) throws(WebSocketViolation) -> Output {
        guard opcode == .text else { return .binary(payload) }
        guard let text = String(validating: payload, as: UTF8.self) else {
            throw WebSocketViolation(.invalidPayload, "a text message is not valid UTF-8")
        }
        return .text(text)
    }

    private func close(_ payload: [UInt8]) throws(WebSocketViolation) -> Output {
        guard !payload.isEmpty else { return .close(nil, "") }
        guard payload.count >= 2 else {
            throw WebSocketViolation(.protocolError, "a close frame has a payload of one byte")
        }
        let code = CloseCode(rawValue: UInt16(payload[0]) << 8 | UInt16(payload[1]))
        guard code.isSendable else {
            throw WebSocketViolation(.protocolError, "close code \(code) is not allowed in a close frame")
        }
        guard let reason = String(validating: payload.dropFirst(2), as: UTF8.self) else {
            throw WebSocketViolation(.invalidPayload, "a close reason is not valid UTF-8")
        }
        return .close(code, reason)
    }

    private mutating func nextFrame() throws(WebSocketViolation) -> Frame? {
        var reader = buffer[consumed...]
        guard let first = reader.popFirst(), let second = reader.popFirst() else { return nil }
        guard first & 0x70 == 0 else { throw WebSocketViolation(.protocolError, "a reserved bit is set") }
        guard let opcode = Opcode(rawValue: first & 0x0f) else {
            throw WebSocketViolation(.protocolError, "opcode \(first & 0x0f) is unknown")
        }
        let isFinal = first & 0x80 != 0
        let isMasked = second & 0x80 != 0
        guard isMasked == (role == .server) else {
            throw WebSocketViolation(
                .protocolError, role == .server ? "a client frame is not masked" : "a server frame is masked")
        }
        let extraBytes =
            switch second & 0x7f {
            case 126: 2;
            case 127: 8;
            default: 0
            }
        guard !opcode.isControl || (isFinal && extraBytes == 0) else {
            throw WebSocketViolation(.protocolError, "a control frame is fragmented or longer than 125 bytes")
        }
        var length = UInt64(second & 0x7f)
        if extraBytes > 0 {
            guard reader.count >= extraBytes else { return nil }
            length = reader.prefix(extraBytes).reduce(0) { $0 << 8 | UInt64($1) }
            reader = reader.dropFirst(extraBytes)
            guard length > (extraBytes == 2 ? 125 : 0xffff) else {
                throw WebSocketViolation(.protocolError, "a frame length is not encoded in its shortest form")
            }
        }
        let held = partial?.payload.count ?? 0
        guard length <= UInt64(maximumMessageBytes),
            opcode.isControl || Int(length) + held <= maximumMessageBytes
        else {
            throw WebSocketViolation(.messageTooBig, "a message is larger than \(maximumMessageBytes) bytes")
        }
        let keyBytes = isMasked ? 4 : 0
        guard reader.count >= keyBytes + Int(length) else { return nil }
        let key = Array(reader.prefix(keyBytes))
        var payload = Array(reader.dropFirst(keyBytes).prefix(Int(length)))
        if isMasked { for index in payload.indices { payload[index] ^= key[index & 3] } }
        consumed = reader.startIndex + keyBytes + Int(length)
        return Frame(opcode, payload, isFinal: isFinal)
    }
}
