import Foundation

/// Text inside of XML and HTML.
package enum MarkupText {
    /// For the content of elements and for attributes in double quotes: what both languages mean by markup is written as references, and
    /// characters that XML 1.0 (§2.2) does not have are shown by a sign.
    package static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\t", "\n": result.unicodeScalars.append(scalar)
            case "\r": result += "␍"
            default:
                let value = scalar.value
                let isForbidden =
                    value < 0x20 || (0x7f...0x9f).contains(value) || value & 0xfffe == 0xfffe
                    || scalar.properties.isBidiControl
                result += isForbidden ? "�" : String(scalar)
            }
        }
        return result
    }

    /// The attribute, with a blank in front.
    package static func attribute(_ name: String, _ value: String) -> String {
        let text = escaped(value).replacing("\n", with: "&#10;").replacing("\t", with: "&#9;")
        return " \(name)=\"\(text)\""
    }

    /// `2026-11-26T20:04:34Z` (ISO 8601).
    package static func time(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds / 1000)).formatted(.iso8601)
    }

    /// Milliseconds as seconds: `1.250`.
    package static func seconds(_ ms: Int) -> String {
        let rest = String(ms % 1000)
        return "\(ms / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
    }
}
