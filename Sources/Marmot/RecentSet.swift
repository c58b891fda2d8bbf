/// The newest `limit` byte strings in order of arrival, plus up to one chunk more.
///
/// A group is a value that is copied before it changes. Storing the entries in chunks means that a change
/// copies only the newest few hundred of them.
struct RecentSet: Equatable, Sendable {
    private static let chunkSize = 256

    private struct Chunk: Equatable, Sendable {
        var order: [[UInt8]] = []
        var members = Set<[UInt8]>()
    }

    private let limit: Int
    /// Completed chunks, oldest first.
    private var full: [Chunk] = []
    private var newestChunk = Chunk()

    init(limit: Int) { self.limit = limit }

    func contains(_ value: [UInt8]) -> Bool {
        newestChunk.members.contains(value) || full.contains { $0.members.contains(value) }
    }

    mutating func insert(_ value: [UInt8]) {
        guard !contains(value) else { return }
        newestChunk.members.insert(value)
        newestChunk.order.append(value)
        guard newestChunk.order.count == Self.chunkSize else { return }
        full.append(newestChunk)
        newestChunk = Chunk()
        if (full.count - 1) * Self.chunkSize >= limit { full.removeFirst() }
    }

    var newest: ArraySlice<[UInt8]> { (full.flatMap(\.order) + newestChunk.order).suffix(limit) }

    /// Compares the contents, regardless of how they are split into chunks.
    static func == (one: Self, other: Self) -> Bool {
        one.limit == other.limit && one.newest == other.newest
    }
}
