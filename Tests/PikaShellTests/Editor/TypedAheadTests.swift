import Testing

@testable import PikaShell

@Suite("typed ahead")
struct TypedAheadTests {
    @Test("bytes come out in their order")
    func order() {
        var ahead = TypedAhead()
        ahead.append(Array("ab".utf8))
        #expect(ahead.next() == 0x61)
        ahead.append(Array("c".utf8))
        #expect(ahead.next() == 0x62)
        #expect(ahead.next() == 0x63)
        #expect(ahead.next() == nil)
    }

    @Test("Ctrl-C forgets what was typed before it; Ctrl-Z and Ctrl-\\ do not")
    func keys() {
        var ahead = TypedAhead()
        ahead.append(Array("a\u{1a}b\u{3}c\u{1c}d".utf8))
        #expect(ahead.nextKey() == .suspend)
        #expect(ahead.nextKey() == .interrupt)
        #expect(ahead.nextKey() == .quit)
        #expect(ahead.nextKey() == nil)
        #expect(ahead.next() == 0x63)
        #expect(ahead.next() == 0x64)
        #expect(ahead.next() == nil)
    }

    @Test("a key that was read as a character acts no more")
    func consumed() {
        var ahead = TypedAhead()
        ahead.append([0x03, 0x61])
        #expect(ahead.next() == 0x03)
        #expect(ahead.nextKey() == nil)
        #expect(ahead.next() == 0x61)
    }

    @Test("what is too much is dropped, what is there stays")
    func limit() {
        var ahead = TypedAhead()
        ahead.append([0x61])
        ahead.append(repeatElement(0x62, count: TypedAhead.limitBytes * 2))
        #expect(ahead.next() == 0x61)
        var count = 0
        while ahead.next() != nil { count += 1 }
        #expect(count == TypedAhead.limitBytes - 1)
    }
}
