import Foundation

/// Regular expressions as scripts write them, in the dialect of ICU (NSRegularExpression).
package enum PatternText {
    /// `/re/` without its slashes; anything else as it is.
    package static func body(of pattern: String) -> String {
        pattern.count >= 2 && pattern.hasPrefix("/") && pattern.hasSuffix("/")
            ? String(pattern.dropFirst().dropLast()) : pattern
    }

    /// Nil for what is not a valid expression.
    package static func compile(_ pattern: String) -> NSRegularExpression? {
        try? NSRegularExpression(pattern: body(of: pattern))
    }
}
