extension KeyPackage {
    /// Checks a key package before it is used to add its owner (§10.1).
    ///
    /// - Parameters:
    ///   - groupExtensions: the extensions of the group to which the owner will be added.
    ///   - now: seconds since 1970, to check the lifetime; nil skips that check.
    ///   - isSignatureVerified: whether both signatures have already been verified, which takes nine tenths
    ///     of the time.
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
            groupID: [], at: LeafNode.unassignedIndex, groupExtensions: groupExtensions, now: now,
            isSignatureVerified: isSignatureVerified)
        try require(
            initKey.count == CipherSuite.publicKeyLengthBytes, "CHK-KEYPACKAGE-04", "10.1",
            "the key package's init key has the wrong length")
        try require(
            initKey != leafNode.encryptionKey, "CHK-KEYPACKAGE-05", "10.1",
            "the key package uses the same key as init key and encryption key")
        try require(
            !extensions.hasDuplicates, "CHK-KEYPACKAGE-06", "13.4",
            "the key package has an extension twice")
        try require(
            extensions.allSatisfy { leafNode.capabilities.supports($0.type) }, "CHK-KEYPACKAGE-07", "10",
            "the key package has an extension that its leaf's capabilities do not list")
        try require(
            extensions.fit(.keyPackage), "CHK-KEYPACKAGE-08", "17.3",
            "the key package has an extension that belongs elsewhere")
        try require(
            !extensions.hasMalformedLastResort, "CHK-KEYPACKAGE-09", "10",
            "the key package's last_resort extension is not empty")
    }
}
