import COpenSSL

/// Where randomness comes from: passed in, so that tests repeat.
package protocol RandomSource: Sendable {
    /// `count` unpredictable bytes.
    func bytes(_ count: Int) throws(CryptographyError) -> [UInt8]
}

extension RandomSource {
    package func secret(_ count: Int) throws(CryptographyError) -> SecretBytes {
        SecretBytes(try bytes(count))
    }

    /// A number below `bound`, without modulo bias that matters (64 bits against bounds of seconds).
    package func below(_ bound: UInt64) throws(CryptographyError) -> UInt64 {
        var value: UInt64 = 0
        for byte in try bytes(8) { value = value << 8 | UInt64(byte) }
        return bound == 0 ? 0 : value % bound
    }
}

/// OpenSSL's generator, seeded by the kernel.
package struct SystemRandom: RandomSource {
    package init() {}

    package func bytes(_ count: Int) throws(CryptographyError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        guard count > 0 else { return bytes }
        try OpenSSLError.check(RAND_bytes(&bytes, Int32(count)), "RAND_bytes")
        return bytes
    }
}
