/// A short form of an event's id, for remembering many: nobody can make another event with the same one on purpose.
package struct EventMark: Hashable, Sendable {
    package let value: UInt64

    package init(value: UInt64) { self.value = value }

    package init(_ id: EventID) {
        value = id.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
