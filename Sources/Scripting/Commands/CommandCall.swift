import Vocabulary

/// A command's arguments, evaluated: what `run` gets.
///
/// ```swift
/// // deploy 1.4 region=us
/// call.words                  // ["1.4"]
/// call.text                   // "1.4"
/// call.values.text("region")  // "us"; without region= in the line, the environment's value or the default
/// ```
public struct CommandCall: Sendable {
    /// A word for commands that read their words themselves.
    public struct RawWord: Sendable {
        /// Set for `key=value`.
        public let key: String?
        /// The text, or the value of the key.
        public let text: String
        /// Whether it stood in quotes.
        public let isQuoted: Bool
    }

    /// The parameters: as given, from the environment, or by default.
    public let values: ParameterSet
    /// Everything that is not `key=value`, without the name of the command.
    public let words: [String]
    /// For commands whose words are `raw`: all of them, `key=value` included.
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
