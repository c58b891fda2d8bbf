/// One frame on the wire (RFC 6455 §5.2), unmasked.
package struct Frame: Equatable, Sendable {
    package var isFinal: Bool
    package var opcode: Opcode
    package var payload: [UInt8]

    package init(_ opcode: Opcode, _ payload: [UInt8] = [], isFinal: Bool = true) {
        self.opcode = opcode
        self.payload = payload
        self.isFinal = isFinal
    }

    package static func close(_ code: CloseCode, _ reason: String = "") -> Frame {
        // A control frame's payload is limited to 125 bytes, two of which are the code.
        Frame(
            .close, [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xff)] + Array(reason.utf8.prefix(123)))
    }
}

/// One end of a connection. Clients mask the frames they send, servers do not (§5.1).
package enum WebSocketRole: Sendable { case client, server }
