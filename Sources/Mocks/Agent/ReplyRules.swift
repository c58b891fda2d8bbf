/// What a mock agent answers: the first rule whose pattern matches, else an echo.
package struct ReplyRules: Sendable, Equatable {
    package struct Rule: Sendable, Equatable {
        /// Nil matches everything.
        package let pattern: String?
        /// `{text}` stands for the message.
        package let reply: String

        package init(pattern: String?, reply: String) {
            self.pattern = pattern
            self.reply = reply
        }
    }

    package var rules: [Rule]

    package init(_ rules: [Rule] = []) { self.rules = rules }

    /// Nil: no rule matches, and there are rules: the agent stays silent.
    package func reply(to text: String) -> String? {
        guard !rules.isEmpty else { return "echo: \(text)" }
        let rule = rules.first { rule in
            guard let pattern = rule.pattern else { return true }
            // Patterns were checked where they were given; one that does not compile matches nothing.
            guard let regex = try? Regex(pattern) else { return false }
            return text.firstMatch(of: regex) != nil
        }
        return rule?.reply.replacing("{text}", with: text)
    }
}
