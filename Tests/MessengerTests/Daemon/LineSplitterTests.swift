import Testing

@testable import Messenger

@Suite("LineSplitter")
struct LineSplitterTests {
    private func pieces(_ chunks: [String], limit: Int = 8) -> [LineSplitter.Piece] {
        var lines = LineSplitter(limitBytes: limit)
        var pieces: [LineSplitter.Piece] = []
        for chunk in chunks {
            lines.append(Array(chunk.utf8))
            while let piece = lines.next() { pieces.append(piece) }
        }
        if let rest = lines.rest() { pieces.append(.line(rest)) }
        return pieces
    }

    private func line(_ text: String) -> LineSplitter.Piece { .line(Array(text.utf8)) }

    @Test("lines come whole, however the stream is cut")
    func cuts() {
        #expect(pieces(["ab\nc", "d\n\ne"]) == [line("ab"), line("cd"), line(""), line("e")])
    }

    @Test("a line that is too long is told once, and the next one counts")
    func tooLong() {
        #expect(pieces(["123456789\nab\n"]) == [.tooLong, line("ab")])
        #expect(
            pieces(["123456789", "1234567890", "12\nab\n12345678\n"]) == [
                .tooLong, line("ab"), line("12345678"),
            ])
        #expect(pieces(["123456789", "123"]) == [.tooLong])
    }
}
