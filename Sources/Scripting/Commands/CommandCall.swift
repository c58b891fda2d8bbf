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
    /// One word with what is known of how it was written.
    public struct RawWord: Sendable {
        /// Set for `key=value`.
        public let key: String?
        /// The text, or the value of the key.
        public let text: String
        /// Whether it stood in quotes.
        public let isQuoted: Bool
        /// The text of a word that is neither quoted nor keyed nor made of variables: what keywords are made of.
        public let bare: String?
    }

    /// The parameters: as given, from the environment, or by default.
    public let values: ParameterSet
    /// Everything that is not `key=value`, without the name of the command.
    public let words: [String]
    /// For commands whose words are `raw`: all of them, `key=value` included.
    public let rawWords: [RawWord]
    /// The values of parameters that may be given several times.
    let repeated: [String: [String]]
    /// `within=`, for commands that wait by themselves.
    public let within: Duration?
    /// `timeout=`, for commands that hand it on.
    public let timeout: Duration?
    /// The name given by `as=`.
    public let resultName: String?
    /// Where the line stands.
    public let range: SourceRange
    /// The words as written, for commands that read them as code.
    let arguments: [Word]
    /// Counted from 1.
    public internal(set) var attempt = 1

    /// The words as they are written, with their quotes and variables.
    package var writtenWords: [String] { arguments.map(\.source) }

    /// The words joined by one blank; a word with a key is text like any other.
    public var text: String {
        rawWords.map { word in word.key.map { "\($0)=\(word.text)" } ?? word.text }.joined(separator: " ")
    }

    /// All values of a parameter that may be given several times.
    public func all(_ name: String) -> [String] { repeated[name] ?? [] }

    /// The arguments as they are logged: words, then `key=value`.
    var logged: [String] {
        rawWords.map { word in word.key.map { "\($0)=\(word.text)" } ?? word.text }
            + values.given.sorted().map { "\($0)=\(values.text(givenFor: $0))" }
    }
}
