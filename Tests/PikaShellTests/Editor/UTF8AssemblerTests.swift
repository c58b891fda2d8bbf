import Testing

@testable import PikaShell

@Suite("UTF8Assembler")
struct UTF8AssemblerTests {
    /// As `TerminalInput` uses it.
    private func characters(_ bytes: [UInt8]) -> [Unicode.Scalar] {
        var assembler = UTF8Assembler()
        var all: [Unicode.Scalar] = []
        var index = 0
        while index < bytes.count {
            switch assembler.add(bytes[index]) {
            case .needsMore: index += 1
            case .character(let scalar):
                all.append(scalar)
                index += 1
            case .broken: all.append("\u{fffd}")
            }
        }
        return all
    }

    @Test("whole characters", arguments: ["a", "é", "日本語", "🙂", "a\u{301}", "\0\u{3}"])
    func whole(_ text: String) {
        #expect(characters(Array(text.utf8)) == Array(text.unicodeScalars))
    }

    @Test("a key behind a broken character is not swallowed")
    func broken() {
        #expect(characters([0xe6, 0x03]) == ["\u{fffd}", "\u{3}"])
        #expect(characters([0xc3, 0x0d, 0x61]) == ["\u{fffd}", "\r", "a"])
        #expect(characters([0xf0, 0x9f, 0xc3, 0xa9]) == ["\u{fffd}", "é"])
        #expect(characters([0x80, 0xff, 0xc0, 0x61]) == ["\u{fffd}", "\u{fffd}", "\u{fffd}", "a"])
        #expect(characters([0xed, 0xa0, 0x80]) == ["\u{fffd}"])
    }
}
