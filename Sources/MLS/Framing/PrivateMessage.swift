import Cryptography

/// An encrypted message (§6.3).
package struct PrivateMessage: Equatable, Sendable, TLSCodable {
    package var groupID: [UInt8]
    package var epoch: UInt64
    package var contentType: ContentType
    package var authenticatedData: [UInt8]
    package var encryptedSenderData: [UInt8]
    package var ciphertext: [UInt8]

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        groupID = try reader.opaque()
        epoch = try reader.uint64()
        contentType = try reader.closedCode8(ContentType.self, named: "content type")
        authenticatedData = try reader.opaque()
        encryptedSenderData = try reader.opaque()
        ciphertext = try reader.opaque()
    }

    package func encode(to writer: inout TLSWriter) {
        writer.opaque(groupID)
        writer.uint64(epoch)
        writer.uint8(contentType.rawValue)
        writer.opaque(authenticatedData)
        writer.opaque(encryptedSenderData)
        writer.opaque(ciphertext)
    }

    /// Encrypts content signed by `leaf` with a fresh key.
    package init(
        protecting authenticated: AuthenticatedContent, from leaf: LeafIndex, key: MessageKey,
        senderDataSecret: SecretBytes, paddingBytes: Int = 0, random: some RandomSource
    ) throws {
        let content = authenticated.content
        groupID = content.groupID
        epoch = content.epoch
        contentType = content.content.type
        authenticatedData = content.authenticatedData
        encryptedSenderData = []
        ciphertext = []
        let plaintext = TLSWriter.bytes { writer in
            content.content.encode(to: &writer)
            authenticated.auth.encode(to: &writer)
            writer.fixed(repeatElement(0, count: paddingBytes))
        }
        let reuseGuard = try ReuseGuard(from: random)
        ciphertext = try AES128GCM.seal(
            plaintext, key: key.key, nonce: reuseGuard.applied(to: key.nonce), authenticating: contentAAD)
        let senderData = SenderData(leaf: leaf, generation: key.generation, reuseGuard: reuseGuard.bytes)
        let sender = try SenderData.key(senderDataSecret: senderDataSecret, ciphertext: ciphertext)
        encryptedSenderData = try AES128GCM.seal(
            senderData.encoded, key: sender.key, nonce: sender.nonce, authenticating: senderDataAAD)
    }

    /// The first step of decryption: determines the sender and the generation.
    package func senderData(senderDataSecret: SecretBytes) throws -> SenderData {
        let sender = try SenderData.key(senderDataSecret: senderDataSecret, ciphertext: ciphertext)
        do {
            return try SenderData(
                decoding: AES128GCM.open(
                    encryptedSenderData, key: sender.key, nonce: sender.nonce, authenticating: senderDataAAD))
        } catch is CryptographyError {
            throw MLSError.undecryptable
        }
    }

    /// The second step of decryption: the content. Its signature has not been verified yet.
    package func unprotected(sender: SenderData, key: MessageKey) throws -> AuthenticatedContent {
        let nonce = ReuseGuard(sender.reuseGuard).applied(to: key.nonce)
        let plaintext: [UInt8]
        do {
            plaintext = try AES128GCM.open(ciphertext, key: key.key, nonce: nonce, authenticating: contentAAD)
        } catch {
            throw MLSError.undecryptable
        }
        var reader = TLSReader(plaintext)
        let content = try MessageContent(contentType, from: &reader)
        let auth = try FramedContentAuthData(contentType, from: &reader)
        try require(
            reader.rest().allSatisfy { $0 == 0 }, "CHK-FRAMING-03", "6.3.1", "the padding is not all zeros")
        return AuthenticatedContent(
            wireFormat: .privateMessage,
            content: FramedContent(
                groupID: groupID, epoch: epoch, sender: .member(sender.leaf),
                authenticatedData: authenticatedData,
                content: content), auth: auth)
    }

    var contentAAD: [UInt8] {
        TLSWriter.bytes { writer in
            encodePrefix(to: &writer)
            writer.opaque(authenticatedData)
        }
    }

    var senderDataAAD: [UInt8] { TLSWriter.bytes { encodePrefix(to: &$0) } }

    private func encodePrefix(to writer: inout TLSWriter) {
        writer.opaque(groupID)
        writer.uint64(epoch)
        writer.uint8(contentType.rawValue)
    }
}
