/// The events of several lists as one, newest first, each event once.
struct EventMerge: IteratorProtocol {
    private struct Head {
        let stored: StoredEvent
        var rest: EventIndex.Cursor
    }

    /// A binary heap: the head that comes next is at the front.
    private var heads: [Head] = []
    private var last: StoredEvent?

    init(_ cursors: [EventIndex.Cursor]) {
        heads.reserveCapacity(cursors.count)
        for var cursor in cursors {
            if let stored = cursor.next() { heads.append(Head(stored: stored, rest: cursor)) }
        }
        for index in (0..<(heads.count / 2)).reversed() { sink(from: index) }
    }

    mutating func next() -> StoredEvent? {
        while !heads.isEmpty {
            let stored = heads[0].stored
            if let following = heads[0].rest.next() {
                heads[0] = Head(stored: following, rest: heads[0].rest)
            } else {
                let end = heads.removeLast()
                if !heads.isEmpty { heads[0] = end }
            }
            sink(from: 0)
            // The same event of two lists comes twice in a row, because the order is total.
            if stored === last { continue }
            last = stored
            return stored
        }
        return nil
    }

    private mutating func sink(from start: Int) {
        var index = start
        while true {
            var first = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < heads.count && heads[child].stored.comesBefore(heads[first].stored) {
                first = child
            }
            guard first != index else { return }
            heads.swapAt(index, first)
            index = first
        }
    }
}
