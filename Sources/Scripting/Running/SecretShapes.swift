import Vocabulary

/// Secrets that give themselves away by their form: they are masked even where nobody said that they are secret.
package enum SecretShapes {
    private static var patterns: [Regex<(Substring, Substring)>] {
        [
            // Nostr secret keys (NIP-19).
            #/\b(nsec1[02-9ac-hj-np-z]{58})\b/#,
            // Credentials of an HTTP header: the scheme stays.
            #/(?i)\b(?:proxy-)?authorization\s*:\s*(?:bearer|basic|token|digest)?\s*([^\s"'\\]{4,}[^"'\n\\]*)/#,
            // user:password@ in an address.
            #/:\/\/[^\/\s:@"']*:([^\/\s@"']+)@/#,
            // Tokens of Fly, Anthropic, OpenAI, GitHub, Slack, AWS.
            #/\b(fm[12]_[A-Za-z0-9+\/=_,-]{16,})/#, #/\b(sk-[A-Za-z0-9_-]{16,})/#,
            #/\b(gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,})/#,
            #/\b(xox[abprs]-[A-Za-z0-9-]{8,})/#,
            #/\b(AKIA[0-9A-Z]{16})\b/#,
        ]
    }

    /// The secret parts of a text.
    package static func found(in text: String) -> [String] {
        // Nearly all text has none of these.
        let hints = [
            "nsec1", "uthorization", "UTHORIZATION", "://", "fm1_", "fm2_", "sk-", "gh", "github_pat_", "xox",
            "AKIA",
        ]
        guard hints.contains(where: text.contains) else { return [] }
        return patterns.flatMap { pattern in text.matches(of: pattern).map { String($0.1) } }
            .map { $0.trimmingTrailingBlanks }
            .filter { $0.count >= Masking.minimumCharacters && !$0.hasPrefix("$") }
    }
}

extension String {
    fileprivate var trimmingTrailingBlanks: String {
        String(reversed().drop { $0.isWhitespace }.reversed())
    }
}
