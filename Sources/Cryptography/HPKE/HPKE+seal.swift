extension HPKE {
    /// SealBase (§6.1), single shot.
    ///
    /// - Parameter random: 32 bytes drawn for the ephemeral key.
    package static func seal(
        _ plaintext: [UInt8], to publicKey: [UInt8], info: [UInt8], authenticating associated: [UInt8] = [],
        random: some RandomSource
    ) throws(CryptographyError) -> Sealed {
        let (schedule, encapsulated) = try encapsulate(to: publicKey, info: info, random: random)
        return Sealed(
            encapsulatedKey: encapsulated,
            ciphertext: try AES128GCM.seal(
                plaintext, key: schedule.key, nonce: schedule.baseNonce, authenticating: associated))
    }

    /// SendExport (§6.2): the encapsulated key and an exported secret, for MLS external commits.
    package static func export(
        to publicKey: [UInt8], info: [UInt8], exporterContext: [UInt8], length: Int, random: some RandomSource
    ) throws(CryptographyError) -> (encapsulatedKey: [UInt8], secret: SecretBytes) {
        let (schedule, encapsulated) = try encapsulate(to: publicKey, info: info, random: random)
        return (encapsulated, try schedule.export(context: exporterContext, length: length))
    }

    private static func encapsulate(
        to publicKey: [UInt8], info: [UInt8], random: some RandomSource
    ) throws(CryptographyError) -> (HPKEKeySchedule, [UInt8]) {
        let ephemeral = try X25519Key(privateKey: random.secret(32))
        let shared = try HPKEKeySchedule.sharedSecret(
            agreement: ephemeral.sharedSecret(with: publicKey), kemContext: ephemeral.publicKey + publicKey)
        return (try HPKEKeySchedule(sharedSecret: shared, info: info), ephemeral.publicKey)
    }
}
