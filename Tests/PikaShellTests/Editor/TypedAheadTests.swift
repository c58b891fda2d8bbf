import Testing

@testable import PikaShell

@Suite("typed ahead")
struct TypedAheadTests {
    private func next(_ ahead: inout TypedAhead) -> UInt8? {
        defer { ahead.removeFirst() }
        return ahead.first
    }

    @Test("bytes come out in their order")
    func order() {
        var ahead = TypedAhead()
        ahead.append(Array("ab".utf8))
        #expect(next(&ahead) == 0x61)
        ahead.append(Array("c".utf8))
        #expect(next(&ahead) == 0x62)
        #expect(next(&ahead) == 0x63)
        #expect(next(&ahead) == nil)
    }

    @Test("Ctrl-C forgets what was typed before it; Ctrl-Z and Ctrl-\\ do not")
    func keys() {
        var ahead = TypedAhead()
        ahead.append(Array("a\u{1a}b\u{3}c\u{1c}d".utf8))
        #expect(ahead.nextKey() == .suspend)
        #expect(ahead.nextKey() == .interrupt)
        #expect(ahead.nextKey() == .quit)
        #expect(ahead.nextKey() == nil)
        #expect(next(&ahead) == 0x63)
        #expect(next(&ahead) == 0x64)
        #expect(next(&ahead) == nil)
    }

    @Test("a key that was read as a character acts no more")
    func consumed() {
        var ahead = TypedAhead()
        ahead.append([0x03, 0x61])
        #expect(next(&ahead) == 0x03)
        #expect(ahead.nextKey() == nil)
        #expect(next(&ahead) == 0x61)
    }

    @Test("what is too much is dropped whole; Ctrl-C is heard even then")
    func limit() {
        var ahead = TypedAhead()
        ahead.append([0x61])
        ahead.append([UInt8](repeating: 0x62, count: TypedAhead.limitBytes))
        ahead.append([0x63])
        #expect(next(&ahead) == 0x61)
        #expect(next(&ahead) == 0x63)
        #expect(next(&ahead) == nil)
        ahead.append([UInt8](repeating: 0x62, count: TypedAhead.limitBytes))
        ahead.append([0x64, 0x03, 0x65])
        #expect(ahead.nextKey() == .interrupt)
        #expect(next(&ahead) == 0x65)
    }

    @Test("many bytes come out in order, whatever is moved inside")
    func many() {
        var ahead = TypedAhead()
        let all = (0..<300_000).map { UInt8($0 % 97 + 32) }
        ahead.append(all)
        #expect(ahead.nextKey() == nil)
        var out: [UInt8] = []
        while let byte = next(&ahead) {
            out.append(byte)
            if out.count == 150_000 { ahead.append([0x03, 0x7a]) }
        }
        #expect(out == all + [0x03, 0x7a])
    }
}
