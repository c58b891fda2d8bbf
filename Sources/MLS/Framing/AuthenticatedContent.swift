import Cryptography

/// Signature and, for commits, confirmation tag (§6.1).
package struct FramedContentAuthData: Equatable, Sendable {
    package var signature: [UInt8]
    package var confirmationTag: [UInt8]?

    package init(signature: [UInt8], confirmationTag: [UInt8]? = nil) {
        self.signature = signature
        self.confirmationTag = confirmationTag
    }

    init(_ type: ContentType, from reader: inout TLSReader) throws(TLSDecodingError) {
        signature = try reader.opaque()
        confirmationTag = type == .commit ? try reader.opaque() : nil
    }

    func encode(to writer: inout TLSWriter) {
        writer.opaque(signature)
        if let confirmationTag { writer.opaque(confirmationTag) }
    }
}

/// AuthenticatedContent (§6.1): content with its sender's signature, regardless of how it is protected in
/// transit.
package struct AuthenticatedContent: Equatable, Sendable, TLSCodable {
    package var wireFormat: WireFormat
    package var content: FramedContent
    package var auth: FramedContentAuthData

    package init(wireFormat: WireFormat, content: FramedContent, auth: FramedContentAuthData) {
        self.wireFormat = wireFormat
        self.content = content
        self.auth = auth
    }

    /// Signs `content`. The confirmation tag of a commit has to be set afterwards.
    package init(
        signing content: FramedContent, wireFormat: WireFormat, context: GroupContext,
        with key: SignaturePrivateKey
    ) throws(CryptographyError) {
        self.init(wireFormat: wireFormat, content: content, auth: FramedContentAuthData(signature: []))
        auth.signature = try LabeledSignature.sign(
            toBeSigned(context), label: "FramedContentTBS", with: key)
    }

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        wireFormat = try reader.closedCode(WireFormat.self, named: "wire format")
        content = try FramedContent(from: &reader)
        auth = try FramedContentAuthData(content.content.type, from: &reader)
    }

    package func encode(to writer: inout TLSWriter) {
        writer.code(wireFormat)
        content.encode(to: &writer)
        auth.encode(to: &writer)
    }

    /// FramedContentTBS (§6.1). Members and joiners also sign the group context.
    func toBeSigned(_ context: GroupContext) -> [UInt8] {
        TLSWriter.bytes { writer in
            writer.uint16(protocolVersionMLS10)
            writer.code(wireFormat)
            content.encode(to: &writer)
            switch content.sender {
            case .member, .newMemberCommit: context.encode(to: &writer)
            case .external, .newMemberProposal: break
            }
        }
    }

    package func hasValidSignature(context: GroupContext, publicKey: [UInt8]) -> Bool {
        LabeledSignature.isValid(
            auth.signature, of: toBeSigned(context), label: "FramedContentTBS", publicKey: publicKey)
    }

    /// ProposalRef (§5.2).
    package var proposalReference: [UInt8] { HashReference.proposal(encoded) }
}
