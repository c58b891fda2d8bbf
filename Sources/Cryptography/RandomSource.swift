import COpenSSL

/// A source of random bytes. It is injected, so that tests are reproducible.
package protocol RandomSource: Sendable {
    /// Generates `count` unpredictable bytes.
    func bytes(_ count: Int) throws(CryptographyError) -> [UInt8]
}

extension RandomSource {
    package func secret(_ count: Int) throws(CryptographyError) -> SecretBytes {
        SecretBytes(try bytes(count))
    }

    /// A random number below `bound`. The modulo bias is negligible, because bounds are tiny compared to 64
    /// bits.
    package func below(_ bound: UInt64) throws(CryptographyError) -> UInt64 {
        var value: UInt64 = 0
        for byte in try bytes(8) { value = value << 8 | UInt64(byte) }
        return bound == 0 ? 0 : value % bound
    }
}

/// OpenSSL's random generator, which is seeded by the kernel.
package struct SystemRandom: RandomSource {
    package init() {}

    package func bytes(_ count: Int) throws(CryptographyError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        guard count > 0 else { return bytes }
        try OpenSSLError.check(RAND_bytes(&bytes, Int32(count)), "RAND_bytes")
        return bytes
    }
}
