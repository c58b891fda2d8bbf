/// The outermost envelope (§6).
package enum MLSMessage: Equatable, Sendable, TLSCodable {
    case publicMessage(PublicMessage)
    case privateMessage(PrivateMessage)
    case welcome(Welcome)
    case groupInfo(GroupInfo)
    case keyPackage(KeyPackage)

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        let start = reader
        let version = try reader.uint16()
        guard version == protocolVersionMLS10 else {
            throw start.failure(.invalidValue(of: "protocol version", UInt64(version)))
        }
        switch try reader.closedCode(WireFormat.self, named: "wire format") {
        case .publicMessage: self = .publicMessage(try PublicMessage(from: &reader))
        case .privateMessage: self = .privateMessage(try PrivateMessage(from: &reader))
        case .welcome: self = .welcome(try Welcome(from: &reader))
        case .groupInfo: self = .groupInfo(try GroupInfo(from: &reader))
        case .keyPackage: self = .keyPackage(try KeyPackage(from: &reader))
        }
    }

    package func encode(to writer: inout TLSWriter) {
        writer.uint16(protocolVersionMLS10)
        switch self {
        case .publicMessage(let message):
            writer.code(WireFormat.publicMessage)
            message.encode(to: &writer)
        case .privateMessage(let message):
            writer.code(WireFormat.privateMessage)
            message.encode(to: &writer)
        case .welcome(let welcome):
            writer.code(WireFormat.welcome)
            welcome.encode(to: &writer)
        case .groupInfo(let info):
            writer.code(WireFormat.groupInfo)
            info.encode(to: &writer)
        case .keyPackage(let package):
            writer.code(WireFormat.keyPackage)
            package.encode(to: &writer)
        }
    }
}
