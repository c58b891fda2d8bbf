/// What the conversation knows, for commands.
extension AgentSession {
    package var transcript: [ChatMessage] { conversation.transcript }
    /// Why the conversation cannot go on, once it cannot.
    package var conversationEnd: String? { conversation.end }
    /// Number that the next message will get.
    package var cursor: Int { conversation.cursor }
    /// Where the next `expect reply` begins.
    package var readUpTo: Int { conversation.readUpTo }
    package func read(upTo number: Int) { conversation.read(upTo: number) }
    package func replies(from cursor: Int, by speaker: Speaker = .agent) -> [ChatMessage] {
        conversation.replies(from: cursor, by: speaker)
    }
}
