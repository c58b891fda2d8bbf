extension KeyPackage {
    /// Checks a key package before it is used to add its owner (§10.1).
    ///
    /// - Parameters:
    ///   - groupExtensions: of the group it will join.
    ///   - now: seconds since 1970; nil skips the lifetime.
    ///   - isSignatureVerified: its two signatures were verified before; they take nine tenths of the time.
    package func validate(groupExtensions: [Extension], now: UInt64?, isSignatureVerified: Bool = false)
        throws
    {
        try require(
            cipherSuite == .x25519AES128GCMSHA256Ed25519, "CHK-KEYPACKAGE-01", "10.1",
            "the key package is for cipher suite \(cipherSuite.rawValue), not 1")
        try require(
            isSignatureVerified || hasValidSignature, "CHK-KEYPACKAGE-02", "10.1",
            "the key package has an invalid signature")
        guard case .keyPackage = leafNode.source else {
            throw MLSError.violated(
                MLSCheck("CHK-KEYPACKAGE-03", "10.1", "the key package's leaf was not made for a key package")
            )
        }
        try leafNode.validate(
            groupID: [], at: LeafNode.nowhere, groupExtensions: groupExtensions, now: now,
            isSignatureVerified: isSignatureVerified)
        try require(
            initKey.count == CipherSuite.publicKeyLengthBytes, "CHK-KEYPACKAGE-04", "10.1",
            "the key package's init key has the wrong length")
        try require(
            initKey != leafNode.encryptionKey, "CHK-KEYPACKAGE-05", "10.1",
            "the key package uses one key as init key and encryption key")
        try require(
            !extensions.hasDuplicates, "CHK-KEYPACKAGE-06", "13.4",
            "the key package carries an extension twice")
        try require(
            extensions.allSatisfy { leafNode.capabilities.supports($0.type) }, "CHK-KEYPACKAGE-07", "10",
            "the key package carries an extension that its leaf does not list")
    }
}
