import Foundation
import Vocabulary

/// What differs from run to run is a placeholder in a cassette: keys, ids that the client makes. The same value is the same placeholder
/// everywhere in one cassette.
struct CassetteText {
    private let masking: Masking
    private var placeholders: [(value: String, sign: String)] = []
    private var counts: [String: Int] = [:]

    init(masking: Masking) { self.masking = masking }

    private static let keys: [(kind: String, expression: NSRegularExpression)] = [
        ("npub", #"\bnpub1[02-9ac-hj-np-z]{58}\b"#), ("nsec", #"\bnsec1[02-9ac-hj-np-z]{58}\b"#),
        ("hex", #"\b[0-9a-fA-F]{64}\b"#),
        ("uuid", #"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"#),
    ].compactMap { kind, pattern in (try? NSRegularExpression(pattern: pattern)).map { (kind, $0) } }

    /// Members of JSON that hold secrets by their names, whoever gave them.
    private static let secretMembers = try? NSRegularExpression(
        pattern:
            #"("[A-Za-z_-]*(?:secret|token|password|passwd|private_?key|api_?key|credential)[A-Za-z_-]*"\s*:\s*)"(?:[^"\\]|\\.)+""#,
        options: .caseInsensitive)

    /// Members of a request in which clients name what they make.
    private static let ownNames: Set<String> = ["id", "name"]

    /// A request's body: what it names is known from now on.
    mutating func request(_ text: String) -> String {
        if let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] {
            for name in Self.ownNames.sorted() {
                if let value = object[name] as? String, value.count >= 4 { add(value, "name") }
            }
        }
        return masked(text)
    }

    mutating func masked(_ text: String) -> String {
        var text = masking.mask(text)
        if let members = Self.secretMembers {
            text = members.stringByReplacingMatches(
                in: text, range: NSRange(text.startIndex..., in: text),
                withTemplate: "$1\"\(Masking.replacement)\"")
        }
        for (kind, expression) in Self.keys {
            let matches = expression.matches(in: text, range: NSRange(text.startIndex..., in: text))
            for value in matches.compactMap({ Range($0.range, in: text).map { String(text[$0]) } }) {
                add(value, kind)
            }
        }
        // Longer ones first: one may be a part of another.
        for (value, sign) in placeholders.sorted(by: { $0.value.count > $1.value.count }) {
            text = text.replacing(value, with: sign)
        }
        return text
    }

    private mutating func add(_ value: String, _ kind: String) {
        guard !placeholders.contains(where: { $0.value == value }), !value.contains("‹") else { return }
        counts[kind, default: 0] += 1
        placeholders.append((value, "‹\(kind):\(counts[kind] ?? 0)›"))
    }
}
