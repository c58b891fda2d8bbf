import Vocabulary

/// A command's arguments, evaluated.
public struct CommandCall: Sendable {
    /// A word for commands that read their words themselves.
    public struct RawWord: Sendable {
        public let key: String?
        public let text: String
        public let isQuoted: Bool
    }

    public let values: ParameterSet
    public let words: [String]
    public let rawWords: [RawWord]
    /// `within=`, for commands that own it.
    public let within: Duration?
    /// Where the line stands.
    public let range: SourceRange

    /// The words joined by one blank.
    public var text: String { words.joined(separator: " ") }

    /// The arguments as they are logged: words, then `key=value`.
    var logged: [String] {
        rawWords.map { word in word.key.map { "\($0)=\(word.text)" } ?? word.text }
            + values.given.sorted().map { "\($0)=\(values.text(givenFor: $0))" }
    }
}
