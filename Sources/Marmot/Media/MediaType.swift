/// The type of a file (RFC 6838), out of MDK's list.
package struct MediaType: Equatable, Sendable {
    /// In lower case, without parameters.
    package let text: String

    private static let known: Set<String> = [
        "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/x-icon", "image/tiff",
        "image/x-farbfeld", "image/avif", "image/qoi",
        "video/mp4", "video/quicktime", "video/x-matroska", "video/webm", "video/x-msvideo", "video/ogg",
        "audio/ogg", "audio/flac", "audio/x-flac", "audio/aac", "audio/mp4", "audio/webm", "audio/mpeg",
        "audio/wav", "audio/x-matroska",
        "application/pdf", "text/plain", "application/octet-stream",
    ]

    private static let byEnding: [String: String] = [
        "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif",
        "webp": "image/webp", "mp4": "video/mp4", "mov": "video/quicktime", "webm": "video/webm",
        "mp3": "audio/mpeg", "ogg": "audio/ogg", "wav": "audio/wav", "pdf": "application/pdf",
        "txt": "text/plain", "md": "text/plain",
    ]

    package static let any = MediaType(unchecked: "application/octet-stream")

    private init(unchecked text: String) { self.text = text }

    /// Nil for a type that MDK refuses.
    package init?(_ text: String) {
        let bare = text.split(separator: ";", omittingEmptySubsequences: false).first.map(String.init) ?? ""
        let lower = String(bare.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()).asciiLowercased
        guard Self.known.contains(lower) else { return nil }
        self.text = lower
    }

    /// By the ending of a file's name; of other files nobody knows.
    package init(filename: String) {
        let ending = filename.split(separator: ".", omittingEmptySubsequences: false).dropFirst().last ?? ""
        self.init(unchecked: Self.byEnding[String(ending).asciiLowercased] ?? Self.any.text)
    }
}

extension String {
    fileprivate var asciiLowercased: String {
        String(decoding: utf8.map { (0x41...0x5a).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
    }
}
