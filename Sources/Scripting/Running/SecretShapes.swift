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
            // What is called a secret: a variable, a field, a header, part of a query.
            #/(?i)(?:password|passwd|passphrase|secret|token|api[-_]?key|access[-_]?key)(?:\\?["'])?\s*[=:]\s*(?:\\?["'])?([^\s"'\\&,;}]{6,})/#,
            #/(?i)\bcookie\s*:\s*([^"'\\\n]{6,})/#,
            // env NAME=value secret, which is refused; curl -u name:password.
            #/\benv\s+\w+="?([^\s"]{4,})"?\s(?:[^\n]*\s)?secret\b/#, #/\s-u\s+["']?[^\s:"']+:([^\s"']{4,})/#,
        ]
    }

    /// The secret parts of a text.
    package static func found(in text: String) -> [String] {
        // Nearly all text has none of these.
        let hints = [
            "nsec1", "authorization", "://", "fm1_", "fm2_", "sk-", "gh", "github_", "xox", "akia", "pass",
            "secret",
            "token",
            "key", "cookie", " -u ",
        ]
        let lower = text.lowercased()
        guard hints.contains(where: lower.contains) else { return [] }
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
