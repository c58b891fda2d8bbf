/// The latest events that were passed on: at least `limit` of them, and at most twice as many.
package struct SeenEvents {
    static let limit = 131_072

    private var newer = Set<EventMark>()
    private var older = Set<EventMark>()

    package init() {}

    package mutating func isNew(_ id: EventID) -> Bool {
        let mark = EventMark(id)
        guard !older.contains(mark), newer.insert(mark).inserted else { return false }
        if newer.count >= Self.limit { (older, newer) = (newer, []) }
        return true
    }
}
