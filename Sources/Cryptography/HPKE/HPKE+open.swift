extension HPKE {
    /// OpenBase (§6.1), single shot.
    ///
    /// - Throws: `.authenticationFailed` if the ciphertext was not produced for this key, info and associated
    ///   data.
    package static func open(
        _ sealed: Sealed, with privateKey: SecretBytes, info: [UInt8], authenticating associated: [UInt8] = []
    ) throws(CryptographyError) -> [UInt8] {
        let schedule = try decapsulate(sealed.encapsulatedKey, with: privateKey, info: info)
        return try AES128GCM.open(
            sealed.ciphertext, key: schedule.key, nonce: schedule.baseNonce, authenticating: associated)
    }

    /// ReceiveExport (§6.2).
    package static func export(
        encapsulatedKey: [UInt8], with privateKey: SecretBytes, info: [UInt8], exporterContext: [UInt8],
        length: Int
    ) throws(CryptographyError) -> SecretBytes {
        try decapsulate(encapsulatedKey, with: privateKey, info: info)
            .export(context: exporterContext, length: length)
    }

    private static func decapsulate(
        _ encapsulatedKey: [UInt8], with privateKey: SecretBytes, info: [UInt8]
    ) throws(CryptographyError) -> HPKEKeySchedule {
        let engine = HMACSHA256.Engine()
        let (agreement, publicKey) = try X25519Agreement.make(with: privateKey, peer: encapsulatedKey)
        let shared = try HPKEKeySchedule.sharedSecret(
            agreement: agreement, kemContext: encapsulatedKey + publicKey, with: engine)
        return try HPKEKeySchedule(
            sharedSecret: shared, context: HPKEKeySchedule.context(info: info), with: engine)
    }
}
