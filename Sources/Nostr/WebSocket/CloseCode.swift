/// Why a connection was closed (RFC 6455 §7.4).
package struct CloseCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let normal = CloseCode(rawValue: 1000)
    package static let goingAway = CloseCode(rawValue: 1001)
    package static let protocolError = CloseCode(rawValue: 1002)
    package static let unsupportedData = CloseCode(rawValue: 1003)
    package static let invalidPayload = CloseCode(rawValue: 1007)
    package static let policyViolation = CloseCode(rawValue: 1008)
    package static let messageTooBig = CloseCode(rawValue: 1009)

    /// Whether the code may appear in a close frame (§7.4.1, §7.4.2).
    package var isSendable: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }

    package var description: String { "\(rawValue)" }
}

/// A violation of RFC 6455 by the peer, and the code to close the connection with.
package struct WebSocketViolation: Error, Equatable, CustomStringConvertible {
    package let code: CloseCode
    package let description: String

    init(_ code: CloseCode, _ description: String) {
        self.code = code
        self.description = description
    }
}
