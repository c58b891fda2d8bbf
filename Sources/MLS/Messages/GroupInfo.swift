import Cryptography

/// A signed description of a group in a given epoch (§12.4.3).
package struct GroupInfo: Equatable, Sendable, TLSCodable {
    package var context: GroupContext
    package var extensions: [Extension]
    package var confirmationTag: [UInt8]
    package var signer: LeafIndex
    package var signature: [UInt8]

    package init(context: GroupContext, extensions: [Extension], confirmationTag: [UInt8], signer: LeafIndex)
    {
        self.context = context
        self.extensions = extensions
        self.confirmationTag = confirmationTag
        self.signer = signer
        signature = []
    }

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        context = try GroupContext(from: &reader)
        extensions = try reader.vector(of: Extension.self)
        confirmationTag = try reader.opaque()
        signer = try LeafIndex(from: &reader)
        signature = try reader.opaque()
    }

    package func encode(to writer: inout TLSWriter) {
        encodeUnsigned(to: &writer)
        writer.opaque(signature)
    }

    private func encodeUnsigned(to writer: inout TLSWriter) {
        context.encode(to: &writer)
        writer.vector(extensions)
        writer.opaque(confirmationTag)
        signer.encode(to: &writer)
    }

    private var toBeSigned: [UInt8] { TLSWriter.bytes { encodeUnsigned(to: &$0) } }

    package mutating func sign(with privateKey: SignaturePrivateKey) throws(CryptographyError) {
        signature = try LabeledSignature.sign(toBeSigned, label: "GroupInfoTBS", with: privateKey)
    }

    package func hasValidSignature(publicKey: [UInt8]) -> Bool {
        LabeledSignature.isValid(signature, of: toBeSigned, label: "GroupInfoTBS", publicKey: publicKey)
    }
}
