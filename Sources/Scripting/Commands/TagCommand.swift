import Vocabulary

/// `tag slow,nightly`
struct TagCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("tag", "names the groups of scripts that this one belongs to")
        description.isDeclaration = true
        description.repetition = .instant
        description.words = .list("TAG…", required: true)
        description.details = [
            "`pikachat test --tag slow` runs the files with this tag, `--tag '!slow'` those without it.",
            "A line outside of blocks and without a prefix: what runs does not depend on what happens.",
        ]
        description.examples = ["tag slow,nightly"]
        return description
    }

    /// - Returns: nil for words that are not names.
    static func tags(in words: [Word]) -> [String]? {
        var tags: [String] = []
        for word in words {
            guard let text = word.literal else { return nil }
            tags += text.split(separator: ",", omittingEmptySubsequences: true).map(String.init)
        }
        return tags.isEmpty || !tags.allSatisfy(TagName.isName) ? nil : tags
    }

    func problem(in call: WrittenCall) -> WordProblem? {
        guard !call.words.isEmpty, Self.tags(in: call.words) == nil else { return nil }
        return WordProblem(
            "a tag is a name: letters, digits, - _ and .", at: call.words.first,
            hints: ["several: tag slow,nightly"])
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] { [:] }
}

/// The name of a group of scripts.
package enum TagName {
    /// Letters, digits, `-`, `_` and `.`: a `!` in front means the contrary on the command line.
    package static func isName(_ text: String) -> Bool {
        !text.isEmpty
            && text.allSatisfy { $0.isLetter || $0.isNumber || ["-", "_", "."].contains($0) }
    }
}
