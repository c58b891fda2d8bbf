import Foundation
import Synchronization

/// Replaces every known secret in text that leaves the process, in whatever spelling it comes back: in upper or lower case, with JSON
/// escapes, percent-encoded, as an HTML entity, in base64, one inside the other, broken over lines, and cut off (`…`).
///
/// ```swift
/// let masking = Masking()
/// masking.add("pa ss/word")
/// masking.mask("GET /?t=pa%20ss%2Fword")  // "GET /?t=‹redacted›"
/// ```
public final class Masking: Sendable {
    /// What stands in the place of a secret.
    public static let replacement = "‹redacted›"
    /// Shorter values would black out ordinary words.
    public static let minimumCharacters = 4

    private let patterns = Mutex(SecretPatterns())

    /// Knows no secret yet.
    public init() {}

    /// From now on `secret` is masked. Each line of a longer secret is a secret too; blanks around it are not part of it.
    public func add(_ secret: String) {
        let parts = ([secret] + secret.split(whereSeparator: \.isNewline).map(String.init)).map {
            $0.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        patterns.withLock { patterns in
            for part in parts where part.count >= Self.minimumCharacters { patterns.add(part) }
        }
    }

    /// The text with every secret in it replaced.
    public func mask(_ text: String) -> String {
        patterns.withLock { $0.replacing(in: text, by: Self.replacement) }
    }

    /// The beginning of a text with every secret in it replaced, also one that the cut goes through.
    package func masked(_ text: String, cutTo bytes: Int) -> String {
        // A secret that begins before the cut is looked for as far as it goes.
        let margin = 16 << 10
        let beginning = String(decoding: text.utf8.prefix(bytes + margin), as: UTF8.self)
        return String(decoding: mask(beginning).utf8.prefix(bytes), as: UTF8.self)
    }

    /// Whether a known secret is in the text.
    public func finds(in text: String) -> Bool { mask(text) != text }
}
