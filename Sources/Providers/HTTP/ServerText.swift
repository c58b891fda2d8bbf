import Foundation
import Vocabulary

/// Prepares text that a server sent for our own messages, fields and events.
///
/// Known secrets are masked first, then control characters are made visible, and only then is the text cut: a
/// cut never leaves half of a known secret.
package struct ServerText: Sendable {
    /// Longest excerpt of a body.
    static let bodyCharacters = 300
    /// Longest single value, such as a state or an address.
    static let valueCharacters = 120
    /// The part of a body that is searched for secrets; an excerpt needs no more.
    private static let scannedBytes = 64 << 10

    private let masking: Masking

    package init(masking: Masking) { self.masking = masking }

    /// The beginning of a body on one line, at most `bodyCharacters` long.
    ///
    /// Where it is cut, the last word is dropped whole: the server may have secrets that we do not know.
    package func excerpt(_ body: [UInt8]) -> String {
        let text = masking.mask(String(decoding: body.prefix(Self.scannedBytes), as: UTF8.self))
        var words = text.split(whereSeparator: \.isWhitespace)
        // The last word may be the first half of a secret, which masking does not recognise.
        if body.count > Self.scannedBytes, words.count > 1 { words.removeLast() }
        let line = VisibleText.line(words.joined(separator: " "))
        guard line.count > Self.bodyCharacters || body.count > Self.scannedBytes else { return line }
        let kept = line.prefix(Self.bodyCharacters).reversed()
            .drop { $0.isLetter || $0.isNumber || "-_+/=.‹".contains($0) }
        return String(kept.reversed()) + "…"
    }

    /// A single value from a decoded answer, on one line.
    func value(_ text: String, upTo limit: Int = valueCharacters) -> String {
        let line = excerpt(Array(text.utf8))
        return line.count > limit ? String(line.prefix(limit)) + "…" : line
    }

    /// What an answer that cannot be used consists of. A good answer may contain secrets that only the
    /// control plane knows, an SSH key for instance, so only the member names of JSON are shown.
    func outline(_ body: [UInt8]) -> String {
        guard let first = body.first(where: { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }),
            first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        else { return excerpt(body) }
        guard let object = try? JSONDecoder().decode([String: AnyMember].self, from: Data(body)) else {
            return "\(body.count) bytes of JSON"
        }
        return excerpt(Array("members \(object.keys.sorted().joined(separator: ", "))".utf8))
    }

    /// Whether an id from a server is safe to use in addresses, commands and the ledger: plain characters,
    /// and no secret of ours.
    func isUsableID(_ id: String) -> Bool { ResourceID.isPlain(id) && !masking.finds(in: id) }

    /// A JSON member whose value does not matter.
    private struct AnyMember: Decodable {
        init(from decoder: any Decoder) {}
    }
}
