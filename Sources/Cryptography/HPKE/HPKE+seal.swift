extension HPKE {
    /// SealBase (§6.1), single shot.
    ///
    /// - Parameter random: the source of the 32 bytes for the ephemeral key.
    package static func seal(
        _ plaintext: [UInt8], to publicKey: [UInt8], info: [UInt8], authenticating associated: [UInt8] = [],
        random: some RandomSource
    ) throws(CryptographyError) -> Sealed {
        try seal(
            plaintext, to: publicKey, info: info, authenticating: associated, ephemeralKey: random.secret(32))
    }

    /// Like `seal` with a random source, but with a given ephemeral key, which must never be reused. Meant
    /// for many encryptions in parallel whose random bytes have been generated in order beforehand.
    package static func seal(
        _ plaintext: [UInt8], to publicKey: [UInt8], info: [UInt8], authenticating associated: [UInt8] = [],
        ephemeralKey: SecretBytes
    ) throws(CryptographyError) -> Sealed {
        let (schedule, encapsulated) = try encapsulate(to: publicKey, info: info, ephemeralKey: ephemeralKey)
        return Sealed(
            encapsulatedKey: encapsulated,
            ciphertext: try AES128GCM.seal(
                plaintext, key: schedule.key, nonce: schedule.baseNonce, authenticating: associated))
    }

    /// SendExport (§6.2): the encapsulated key and an exported secret, for MLS external commits.
    package static func export(
        to publicKey: [UInt8], info: [UInt8], exporterContext: [UInt8], length: Int, random: some RandomSource
    ) throws(CryptographyError) -> (encapsulatedKey: [UInt8], secret: SecretBytes) {
        let (schedule, encapsulated) = try encapsulate(
            to: publicKey, info: info, ephemeralKey: random.secret(32))
        return (encapsulated, try schedule.export(context: exporterContext, length: length))
    }

    private static func encapsulate(
        to publicKey: [UInt8], info: [UInt8], ephemeralKey: SecretBytes
    ) throws(CryptographyError) -> (HPKEKeySchedule, [UInt8]) {
        let ephemeral = try X25519Key(privateKey: ephemeralKey)
        let shared = try HPKEKeySchedule.sharedSecret(
            agreement: ephemeral.sharedSecret(with: publicKey), kemContext: ephemeral.publicKey + publicKey)
        return (try HPKEKeySchedule(sharedSecret: shared, info: info), ephemeral.publicKey)
    }
}
