import COpenSSL

/// One-shot SHA-256 (FIPS 180-4).
package enum SHA256 {
    package static let digestLengthBytes = 32

    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: digestLengthBytes)
        let result = EVP_Digest(bytes, bytes.count, &digest, nil, EVPAlgorithm.sha256.pointer, nil)
        // Hashing cannot fail for any input; a result other than 1 means that the process is out of memory.
        precondition(result == 1, "EVP_Digest failed")
        return digest
    }
}
