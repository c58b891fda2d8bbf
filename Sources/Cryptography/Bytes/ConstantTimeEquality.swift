import COpenSSL

/// Compares tags and MACs in constant time, so that the duration does not reveal where they differ.
package enum ConstantTimeEquality {
    package static func areEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        a.count == b.count && (a.isEmpty || CRYPTO_memcmp(a, b, a.count) == 0)
    }
}
