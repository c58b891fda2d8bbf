/// Events in the order of answers, newest first, for one kind, author or tag.
///
/// A list of short sorted lists: insertion and removal cost the length of one of them, whatever is stored and
/// in whatever order it comes. The lists run from old to new, because most events are newer than all before.
struct EventIndex {
    /// The maximum length of one of the short lists.
    private static let chunkEvents = 256

    /// Keeps the date beside the reference, because a search looks at dates only.
    fileprivate struct Entry {
        let time: Int64
        let stored: StoredEvent

        init(_ stored: StoredEvent) {
            time = stored.event.createdAt
            self.stored = stored
        }

        func isOlder(than other: Entry) -> Bool {
            time == other.time ? other.stored.comesBefore(stored) : time < other.time
        }
    }

    private var chunks: [[Entry]] = []
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }
    var oldest: StoredEvent? { chunks.first?.first?.stored }

    /// - Precondition: the event is not in the list.
    mutating func insert(_ stored: StoredEvent) {
        let entry = Entry(stored)
        count += 1
        let place = Self.firstIndex(in: chunks) { !($0[$0.count - 1].isOlder(than: entry)) }
        if place == chunks.count {
            // The newest of all.
            if chunks.isEmpty || chunks[place - 1].count >= Self.chunkEvents {
                chunks.append([entry])
            } else {
                chunks[place - 1].append(entry)
            }
            return
        }
        chunks[place].insert(entry, at: Self.firstIndex(in: chunks[place]) { !$0.isOlder(than: entry) })
        guard chunks[place].count > Self.chunkEvents else { return }
        let half = chunks[place].count / 2
        let newer = Array(chunks[place][half...])
        chunks[place].removeSubrange(half...)
        chunks.insert(newer, at: place + 1)
    }

    mutating func remove(_ stored: StoredEvent) {
        let entry = Entry(stored)
        let place = Self.firstIndex(in: chunks) { !($0[$0.count - 1].isOlder(than: entry)) }
        guard place < chunks.count else { return }
        let position = Self.firstIndex(in: chunks[place]) { !$0.isOlder(than: entry) }
        guard position < chunks[place].count, chunks[place][position].stored === stored else { return }
        chunks[place].remove(at: position)
        if chunks[place].isEmpty { chunks.remove(at: place) }
        count -= 1
    }

    /// The events of a span of time, newest first.
    ///
    /// - Parameter bounds: seconds since 1970, both inclusive.
    func newestFirst(_ bounds: ClosedRange<Int64>) -> Cursor {
        let chunk = Self.firstIndex(in: chunks) { $0[$0.count - 1].time > bounds.upperBound }
        let position =
            chunk < chunks.count
            ? Self.firstIndex(in: chunks[chunk]) { $0.time > bounds.upperBound } : 0
        return Cursor(chunks: chunks, chunk: chunk, position: position, since: bounds.lowerBound)
    }

    struct Cursor: IteratorProtocol {
        fileprivate let chunks: [[Entry]]
        /// Just behind the next event.
        fileprivate var chunk: Int
        fileprivate var position: Int
        fileprivate let since: Int64

        mutating func next() -> StoredEvent? {
            if position == 0 {
                guard chunk > 0 else { return nil }
                chunk -= 1
                position = chunks[chunk].count
            }
            position -= 1
            let entry = chunks[chunk][position]
            return entry.time >= since ? entry.stored : nil
        }
    }

    /// The first element that satisfies a condition which all elements behind it satisfy, too.
    private static func firstIndex<Element>(
        in list: [Element], where condition: (Element) -> Bool
    ) -> Int {
        var (low, high) = (0, list.count)
        while low < high {
            let middle = (low + high) / 2
            if condition(list[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
