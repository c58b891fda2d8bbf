import Vocabulary

/// Secrets that give themselves away by their form: they are masked even where nobody said that they are secret.
package enum SecretShapes {
    /// A form, and the words without one of which no text has it: a pattern takes long to make, and nearly all text has none of these.
    private struct Shape {
        let hints: [String]
        let pattern: () -> Regex<(Substring, Substring)>
    }

    private static var shapes: [Shape] {
        [
            // Nostr secret keys (NIP-19).
            Shape(hints: ["nsec1"]) { #/\b(nsec1[02-9ac-hj-np-z]{58})\b/# },
            // Credentials of an HTTP header: the scheme stays.
            Shape(hints: ["authorization"]) {
                #/(?i)\b(?:proxy-)?authorization\s*:\s*(?:bearer|basic|token|digest)?\s*([^\s"'\\]{4,}[^"'\n\\]*)/#
            },
            // user:password@ in an address.
            Shape(hints: ["@"]) { #/:\/\/[^\/\s:@"']*:([^\/\s@"']+)@/# },
            // Tokens of Fly, Anthropic, OpenAI, GitHub, Slack, AWS.
            Shape(hints: ["fm1_", "fm2_"]) { #/\b(fm[12]_[A-Za-z0-9+\/=_,-]{16,})/# },
            Shape(hints: ["sk-"]) { #/\b(sk-[A-Za-z0-9_-]{16,})/# },
            Shape(hints: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"]) {
                #/\b(gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,})/#
            },
            Shape(hints: ["xox"]) { #/\b(xox[abprs]-[A-Za-z0-9-]{8,})/# },
            Shape(hints: ["akia"]) { #/\b(AKIA[0-9A-Z]{16})\b/# },
            // What is called a secret: a variable, a field, a header, part of a query.
            Shape(hints: ["passw", "passphrase", "secret", "token", "api", "access"]) {
                #/(?i)(?:password|passwd|passphrase|secret|token|api[-_]?key|access[-_]?key)(?:\\?["'])?\s*[=:]\s*(?:\\?["'])?([^\s"'\\&,;}]{6,})/#
            },
            Shape(hints: ["cookie"]) { #/(?i)\bcookie\s*:\s*([^"'\\\n]{6,})/# },
            // env NAME=value secret, which is refused; curl -u name:password.
            Shape(hints: ["secret"]) { #/\benv\s+\w+="?([^\s"]{4,})"?\s(?:[^\n]*\s)?secret\b/# },
            Shape(hints: ["-u"]) { #/\s-u\s+["']?[^\s:"']+:([^\s"']{4,})/# },
        ]
    }

    /// The secret parts of a text.
    package static func found(in text: String) -> [String] {
        let lower = text.lowercased()
        return shapes.filter { $0.hints.contains(where: lower.contains) }
            .flatMap { shape in text.matches(of: shape.pattern()).map { String($0.1) } }
            .map { $0.trimmingTrailingBlanks }
            .filter { $0.count >= Masking.minimumCharacters && !$0.hasPrefix("$") }
    }
}

extension String {
    fileprivate var trimmingTrailingBlanks: String {
        String(reversed().drop { $0.isWhitespace }.reversed())
    }
}
