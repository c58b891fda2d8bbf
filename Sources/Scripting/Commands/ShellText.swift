/// The text that /bin/sh gets: the words joined by one blank; `key=value` words keep their key.
enum ShellText {
    static func join(_ words: some Sequence<CommandCall.RawWord>) -> String {
        words.map { word in word.key.map { "\($0)=\(word.text)" } ?? word.text }.joined(separator: " ")
    }
}
