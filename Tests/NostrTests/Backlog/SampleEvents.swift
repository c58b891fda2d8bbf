import Cryptography
import Nostr
import TestSupport

/// Events for tests of the backlog: cheap to make, because their signatures do not matter.
enum SampleEvents {
    static func at(_ time: Int64, _ text: String = "", group: String = "a") throws -> Event {
        try Rumor(
            author: TestKeys.bob.publicKey, createdAt: time, kind: .chatMessage, tags: [Tag("h", group)],
            content: text
        ).signed(by: TestKeys.bob, random: SeededRandom("events"))
    }

    /// A relay that gives at most `cap` events an answer, newest first.
    static func answer(_ stored: [Event], since: Int64, until: Int64?, limit: Int, cap: Int) -> [Event] {
        let fitting = stored.filter { $0.createdAt >= since && $0.createdAt <= until ?? .max }
            .sorted { ($0.createdAt, $1.id) > ($1.createdAt, $0.id) }
        return Array(fitting.prefix(min(limit, cap)))
    }
}
