import Cryptography

extension LeafNode {
    /// Makes those checks of a leaf (§7.3) that do not involve other leaves.
    ///
    /// - Parameters:
    ///   - now: seconds since 1970, to check the lifetime; nil skips that check, for leaves that are already
    ///     in an accepted tree.
    ///   - isSignatureVerified: whether the signature has already been verified.
    package func validate(
        groupID: [UInt8], at index: LeafIndex, groupExtensions: [Extension], now: UInt64?,
        isSignatureVerified: Bool = false
    ) throws {
        try require(
            isSignatureVerified || hasValidSignature(groupID: groupID, at: index), "CHK-LEAF-01", "7.3",
            "leaf \(index) has an invalid signature")
        try require(
            encryptionKey.count == CipherSuite.publicKeyLengthBytes
                && signatureKey.count == CipherSuite.publicKeyLengthBytes,
            "CHK-LEAF-02", "7.3", "leaf \(index) has a key of the wrong length")
        try require(
            capabilities.versions.contains(protocolVersionMLS10)
                && capabilities.cipherSuites.contains(.x25519AES128GCMSHA256Ed25519),
            "CHK-LEAF-03", "7.3", "leaf \(index) does not list the group's version and cipher suite")
        try require(
            capabilities.credentials.contains(credential.type), "CHK-LEAF-04", "7.3",
            "leaf \(index) does not list the type of its own credential")
        try require(
            extensions.allSatisfy { capabilities.supports($0.type) }, "CHK-LEAF-05", "7.2",
            "leaf \(index) has an extension that its capabilities do not list")
        try require(
            !extensions.hasDuplicates, "CHK-LEAF-06", "13.4", "leaf \(index) has an extension twice")
        try require(
            extensions.fit(.leafNode), "CHK-LEAF-10", "17.3",
            "leaf \(index) has an extension that belongs elsewhere")
        try require(
            groupExtensions.allSatisfy { capabilities.supports($0.type) }, "CHK-LEAF-07", "7.3",
            "leaf \(index) does not support one of the group's extensions")
        if let required = groupExtensions.first(.requiredCapabilities) {
            let needed = try RequiredCapabilities(decoding: required.data)
            try require(
                capabilities.satisfies(needed), "CHK-LEAF-08", "11.1",
                "leaf \(index) lacks a capability that the group requires")
        }
        if case .keyPackage(let lifetime) = source, let now {
            try require(lifetime.contains(now), "CHK-LEAF-09", "7.3", "leaf \(index) is outside its lifetime")
        }
    }
}
