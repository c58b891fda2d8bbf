import Cryptography
import Nostr

/// A file that a message names (MIP-04, `mip04-v2`): where its ciphertext is, and what is needed beside the group's secret to open it. In the
/// rumor it is an `imeta` tag (contracts/daemon-and-messenger.md, section 11).
package struct MediaAttachment: Equatable, Sendable {
    package static let version = "mip04-v2"
    package static let nonceLengthBytes = 12
    /// Bytes of a file name.
    package static let filenameLimitBytes = 210

    /// Nobody has checked it.
    package let url: String
    package let type: MediaType
    package let filename: String
    /// SHA-256 of the plaintext.
    package let hash: [UInt8]
    package let nonce: [UInt8]
    /// Pixels.
    package let size: (width: Int, height: Int)?

    package init(
        url: String, type: MediaType, filename: String, hash: [UInt8], nonce: [UInt8],
        size: (width: Int, height: Int)? = nil
    ) {
        (self.url, self.type, self.filename) = (url, type, filename)
        (self.hash, self.nonce, self.size) = (hash, nonce, size)
    }

    package static func == (a: Self, b: Self) -> Bool {
        a.url == b.url && a.type == b.type && a.filename == b.filename && a.hash == b.hash
            && a.nonce == b.nonce
            && a.size?.width == b.size?.width && a.size?.height == b.size?.height
    }

    /// The attachments that a message names; tags that cannot be read are left out, as MDK does.
    package static func all(in tags: [Tag]) -> [MediaAttachment] {
        tags.compactMap(MediaAttachment.init(tag:))
    }

    /// Nil for other tags, other versions, and those that lack something.
    init?(tag: Tag) {
        guard tag.fields.first == "imeta" else { return nil }
        var values: [Substring: Substring] = [:]
        for field in tag.fields.dropFirst() {
            let parts = field.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { values[parts[0]] = parts[1] }
        }
        guard values["v"].map(String.init) == Self.version, let url = values["url"].map(String.init),
            let type = values["m"].flatMap({ MediaType(String($0)) }),
            let filename = values["filename"].map(String.init), Self.isUsable(filename: filename),
            let hash = values["x"].flatMap({ Hex.decode(String($0)) }),
            hash.count == SHA256.digestLengthBytes,
            let nonce = values["n"].flatMap({ Hex.decode(String($0)) }), nonce.count == Self.nonceLengthBytes
        else { return nil }
        let numbers = values["dim"]?.split(separator: "x").compactMap { Int($0) } ?? []
        self.init(
            url: url, type: type, filename: filename, hash: hash, nonce: nonce,
            size: numbers.count == 2 ? (numbers[0], numbers[1]) : nil)
    }

    /// In the order in which MDK writes it.
    package var tag: Tag {
        var fields = ["imeta", "url \(url)", "m \(type.text)", "filename \(filename)"]
        if let size { fields.append("dim \(size.width)x\(size.height)") }
        fields += ["x \(Hex.encode(hash))", "n \(Hex.encode(nonce))", "v \(Self.version)"]
        return Tag(fields: fields)
    }

    /// What MDK takes: no folders and no control characters, and not too long.
    package static func isUsable(filename: String) -> Bool {
        (1...filenameLimitBytes).contains(filename.utf8.count)
            && !filename.unicodeScalars.contains {
                $0 == "/" || $0 == "\\" || $0.properties.generalCategory == .control
            }
    }
}
