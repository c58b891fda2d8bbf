import Synchronization

/// Replaces every known secret in text that leaves the process, before any renderer sees it.
package final class Masking: Sendable {
    package static let replacement = "‹redacted›"
    /// Shorter values would black out ordinary words.
    private static let minimumCharacters = 4

    private let secrets = Mutex<[String]>([])

    package init() {}

    /// From now on `secret` shows as `‹redacted›`; each line of a longer secret is one too.
    package func add(_ secret: String) {
        let parts = [secret] + secret.split(whereSeparator: \.isNewline).map(String.init)
        secrets.withLock { secrets in
            for part in parts where part.count >= Self.minimumCharacters && !secrets.contains(part) {
                secrets.append(part)
            }
            // Longest first: a secret may contain another.
            secrets.sort { $0.count > $1.count }
        }
    }

    package func mask(_ text: String) -> String {
        secrets.withLock { secrets in
            secrets.reduce(text) { text, secret in
                text.contains(secret)
                    ? text.split(separator: secret, omittingEmptySubsequences: false)
                        .joined(separator: Self.replacement) : text
            }
        }
    }
}
