import Cryptography

/// The identifier of a pre-shared key (§8.4).
package struct PreSharedKeyID: Hashable, Sendable, TLSCodable {
    package enum Usage: UInt8, Sendable {
        case application = 1
        case reInit = 2
        case branch = 3
    }

    package enum Key: Hashable, Sendable {
        case external(id: [UInt8])
        case resumption(usage: Usage, groupID: [UInt8], epoch: UInt64)
    }

    package var key: Key
    package var nonce: [UInt8]

    package init(key: Key, nonce: [UInt8]) {
        self.key = key
        self.nonce = nonce
    }

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        let start = reader
        switch try reader.uint8() {
        case 1: key = .external(id: try reader.opaque())
        case 2:
            key = .resumption(
                usage: try reader.closedCode8(Usage.self, named: "resumption PSK usage"),
                groupID: try reader.opaque(), epoch: try reader.uint64())
        case let other: throw start.failure(.invalidValue(of: "PSK type", UInt64(other)))
        }
        nonce = try reader.opaque()
    }

    package func encode(to writer: inout TLSWriter) {
        switch key {
        case .external(let id):
            writer.uint8(1)
            writer.opaque(id)
        case .resumption(let usage, let groupID, let epoch):
            writer.uint8(2)
            writer.uint8(usage.rawValue)
            writer.opaque(groupID)
            writer.uint64(epoch)
        }
        writer.opaque(nonce)
    }
}

/// Combines pre-shared keys into the `psk_secret` of the key schedule (§8.4).
package enum PreSharedKey {
    package static func secret(for keys: [(id: PreSharedKeyID, key: SecretBytes)]) throws -> SecretBytes {
        try require(keys.count <= UInt16.max, "CHK-PSK-01", "8.4", "more than 65535 pre-shared keys")
        var secret = CipherSuite.zeroSecret
        for (index, entry) in keys.enumerated() {
            let extracted = HKDF.extract(salt: CipherSuite.zeroSecret, inputKeyMaterial: entry.key)
            let label = TLSWriter.bytes { writer in
                entry.id.encode(to: &writer)
                writer.uint16(UInt16(index))
                writer.uint16(UInt16(keys.count))
            }
            let input = try LabeledKDF.expandWithLabel(
                extracted, "derived psk", context: label, length: CipherSuite.hashLengthBytes)
            secret = HKDF.extract(salt: input, inputKeyMaterial: secret)
        }
        return secret
    }
}
