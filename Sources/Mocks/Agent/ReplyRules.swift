/// How a mock agent replies: by the first rule whose pattern matches, or with an echo if there are no rules.
package struct ReplyRules: Sendable, Equatable {
    package struct Rule: Sendable, Equatable {
        /// A regular expression; nil matches everything.
        package let pattern: String?
        /// The reply, in which `{text}` is replaced with the message.
        package let reply: String

        package init(pattern: String?, reply: String) {
            self.pattern = pattern
            self.reply = reply
        }
    }

    package var rules: [Rule]
    /// What a recorded agent has said, in order: these go before the rules.
    package var recorded: [String] = []

    package init(_ rules: [Rule] = []) { self.rules = rules }

    /// The reply to a message; nil if there are rules but none of them matches, in which case the agent stays
    /// silent.
    ///
    /// - Parameter number: of the message, from 0.
    package func reply(to text: String, number: Int = .max) -> String? {
        if recorded.indices.contains(number) { return recorded[number] }
        guard !rules.isEmpty else { return "echo: \(text)" }
        let rule = rules.first { rule in
            guard let pattern = rule.pattern else { return true }
            // Patterns are validated when they are configured; one that does not compile matches nothing.
            guard let regex = try? Regex(pattern) else { return false }
            return text.firstMatch(of: regex) != nil
        }
        return rule?.reply.replacing("{text}", with: text)
    }
}
