import COpenSSL

/// SHA-1 (FIPS 180-4). Needed only because RFC 6455 §4.2.2 requires it; nothing relies on its security.
package enum SHA1 {
    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 20)
        let result = EVP_Digest(bytes, bytes.count, &digest, nil, EVPAlgorithm.sha1.pointer, nil)
        precondition(result == 1, "EVP_Digest failed")
        return digest
    }
}
