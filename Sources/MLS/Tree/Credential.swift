/// The identity that a member claims (§5.3). It is up to the application whether to trust it.
package enum Credential: Hashable, Sendable, TLSCodable {
    case basic(identity: [UInt8])
    case x509(certificates: [[UInt8]])

    package var type: CredentialType {
        switch self {
        case .basic: .basic
        case .x509: .x509
        }
    }

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        let start = reader
        switch CredentialType(rawValue: try reader.uint16()) {
        case .basic: self = .basic(identity: try reader.opaque())
        case .x509:
            self = .x509(
                certificates: try reader.vector { (reader) throws(TLSDecodingError) in try reader.opaque() })
        case let other:
            throw start.failure(.invalidValue(of: "credential type", UInt64(other.rawValue)))
        }
    }

    package func encode(to writer: inout TLSWriter) {
        writer.code(type)
        switch self {
        case .basic(let identity): writer.opaque(identity)
        case .x509(let certificates):
            writer.nested { writer in
                for certificate in certificates { writer.opaque(certificate) }
            }
        }
    }
}
