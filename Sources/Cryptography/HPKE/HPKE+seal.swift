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

    /// Like `seal` with a random source, but with a given ephemeral key, which must never be reused.
    package static func seal(
        _ plaintext: [UInt8], to publicKey: [UInt8], info: [UInt8], authenticating associated: [UInt8] = [],
        ephemeralKey: SecretBytes
    ) throws(CryptographyError) -> Sealed {
        try Sealing(info: info).seal(
            plaintext, to: publicKey, authenticating: associated, ephemeralKey: ephemeralKey)
    }

    /// Seals for many recipients with the same `info`, of which the constant part is computed once.
    package struct Sealing: Sendable {
        private let context: [UInt8]

        package init(info: [UInt8]) { context = HPKEKeySchedule.context(info: info) }

        /// - Parameter ephemeralKey: must never be reused. Meant for many encryptions in parallel whose random bytes have been generated in
        ///   order beforehand.
        package func seal(
            _ plaintext: [UInt8], to publicKey: [UInt8], authenticating associated: [UInt8] = [],
            ephemeralKey: SecretBytes
        ) throws(CryptographyError) -> Sealed {
            let (schedule, encapsulated) = try encapsulate(
                to: publicKey, context: context, ephemeralKey: ephemeralKey)
            return Sealed(
                encapsulatedKey: encapsulated,
                ciphertext: try AES128GCM.seal(
                    plaintext, key: schedule.key, nonce: schedule.baseNonce, authenticating: associated))
        }
    }

    /// SendExport (§6.2): the encapsulated key and an exported secret, for MLS external commits.
    package static func export(
        to publicKey: [UInt8], info: [UInt8], exporterContext: [UInt8], length: Int, random: some RandomSource
    ) throws(CryptographyError) -> (encapsulatedKey: [UInt8], secret: SecretBytes) {
        let (schedule, encapsulated) = try encapsulate(
            to: publicKey, context: HPKEKeySchedule.context(info: info), ephemeralKey: random.secret(32))
        return (encapsulated, try schedule.export(context: exporterContext, length: length))
    }

    private static func encapsulate(
        to publicKey: [UInt8], context: [UInt8], ephemeralKey: SecretBytes
    ) throws(CryptographyError) -> (HPKEKeySchedule, [UInt8]) {
        let engine = HMACSHA256.Engine()
        let (agreement, encapsulated) = try X25519Agreement.make(with: ephemeralKey, peer: publicKey)
        let shared = try HPKEKeySchedule.sharedSecret(
            agreement: agreement, kemContext: encapsulated + publicKey, with: engine)
        return (try HPKEKeySchedule(sharedSecret: shared, context: context, with: engine), encapsulated)
    }
}
