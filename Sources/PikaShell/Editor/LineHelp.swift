/// What the editor asks about the line that is being typed. Answers come from memory: a key never waits.
protocol LineHelp: Sendable {
    /// What may stand at the end of the text.
    func candidates(for text: String) -> [Completions.Candidate]
    /// What may follow a whole line, in a few words; empty for nothing.
    func hint(for text: String) -> String
    /// The line with colours, its characters unchanged.
    func painted(_ line: String) -> String
}

/// For lines that are no commands.
struct NoLineHelp: LineHelp {
    func candidates(for text: String) -> [Completions.Candidate] { [] }
    func hint(for text: String) -> String { "" }
    func painted(_ line: String) -> String { line }
}
