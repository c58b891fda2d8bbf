/// The external_senders extension (§12.1.8.1): those who may send proposals without being members.
package struct ExternalSenders: Equatable, Sendable, TLSCodable {
    package struct Sender: Equatable, Sendable, TLSCodable {
        package var signatureKey: [UInt8]
        package var credential: Credential

        package init(signatureKey: [UInt8], credential: Credential) {
            (self.signatureKey, self.credential) = (signatureKey, credential)
        }

        package init(from reader: inout TLSReader) throws(TLSDecodingError) {
            signatureKey = try reader.opaque()
            credential = try Credential(from: &reader)
        }

        package func encode(to writer: inout TLSWriter) {
            writer.opaque(signatureKey)
            credential.encode(to: &writer)
        }
    }

    package var senders: [Sender]

    package init(_ senders: [Sender]) { self.senders = senders }

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        senders = try reader.vector(of: Sender.self)
    }

    package func encode(to writer: inout TLSWriter) { writer.vector(senders) }
}
