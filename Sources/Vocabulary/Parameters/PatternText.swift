import Foundation

/// Regular expressions as scripts write them, in the dialect of ICU (NSRegularExpression).
public enum PatternText {
    /// `/re/` without its slashes; anything else as it is.
    public static func body(of pattern: String) -> String {
        pattern.count >= 2 && pattern.hasPrefix("/") && pattern.hasSuffix("/")
            ? String(pattern.dropFirst().dropLast()) : pattern
    }

    /// Nil for what is not a valid expression.
    public static func compile(_ pattern: String) -> NSRegularExpression? {
        try? NSRegularExpression(pattern: body(of: pattern))
    }
}
