import Vocabulary

/// What `from=` says: where to begin, and whose count.
///
/// ```swift
/// // expect release from=start        expect release from=alice        expect release from=start,alice
/// ```
public struct ExpectedFrom: Equatable, Sendable {
    /// Looks at those that were seen already, too.
    public let isFromStart: Bool
    /// Whose count; nil where nobody was named.
    public let sender: String?

    /// The same, without what was seen already.
    var fromCursor: ExpectedFrom { ExpectedFrom(isFromStart: false, sender: sender) }

    private init(isFromStart: Bool, sender: String?) {
        (self.isFromStart, self.sender) = (isFromStart, sender)
    }

    /// - Throws: `Failure` (usage) when more than one sender is named.
    init(_ text: String?) throws(Failure) {
        let words = (text ?? "").split(separator: ",").map(String.init)
        let senders = words.filter { $0 != "start" }
        guard senders.count <= 1, words.count - senders.count <= 1 else {
            throw Failure(
                .usage, "from=\(text ?? "") names more than one",
                hints: ["from=start, from=WHO, or from=start,WHO"])
        }
        isFromStart = words.contains("start")
        sender = senders.first
    }
}
