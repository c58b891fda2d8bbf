/// Counts the events under a group's id that are none of its messages, and says when to tell so: the first one at once, then each time
/// there are ten times as many, and the rest at a summary.
struct JunkCount: Sendable {
    private var count = 0
    private var told = 0

    /// - Returns: what to tell; nil when there is nothing to be told yet.
    mutating func add(_ why: String) -> String? {
        count += 1
        guard count == 1 || count == told * 10 else { return nil }
        told = count
        return count == 1
            ? "an event under the group's id is none of its messages and was ignored: \(why)" : text
    }

    /// What was not told yet.
    mutating func summary() -> String? {
        guard count > told else { return nil }
        told = count
        return text
    }

    private var text: String {
        "\(count) events under the group's id are none of its messages and were ignored: somebody is flooding the group"
    }
}
