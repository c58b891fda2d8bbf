import Foundation

/// Strict base64 (RFC 4648 §4): standard alphabet, padding mandatory, no whitespace, unused bits zero.
package enum Base64 {
    package static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    package static func decode(_ text: String) -> [UInt8]? {
        guard let data = Data(base64Encoded: text) else { return nil }
        let bytes = [UInt8](data)
        // Foundation ignores nonzero bits after the last byte. Comparing the re-encoded text makes the
        // encoding unique.
        return encode(bytes) == text ? bytes : nil
    }
}
