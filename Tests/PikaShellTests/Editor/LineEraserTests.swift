import Testing

@testable import PikaShell

@Suite("where the edited line stands")
struct LineEraserTests {
    @Test(
        "the cell behind a line of narrow characters",
        arguments: [
            (5, 80, 0, 5), (79, 80, 0, 79), (80, 80, 1, 0), (159, 80, 1, 79), (160, 80, 2, 0), (14, 0, 0, 0),
        ])
    func narrow(count: Int, columns: Int, row: Int, column: Int) {
        #expect(
            LineEraser.place(behind: [Int](repeating: 1, count: count), terminalColumns: columns)
                == (row, column))
    }

    @Test(
        "a wide character never stands in the last column",
        arguments: [(4, 18, 0, 40), (4, 19, 1, 2), (5, 18, 1, 0), (4, 38, 1, 40), (4, 39, 2, 2)])
    func wide(narrow: Int, count: Int, row: Int, column: Int) {
        let widths = [Int](repeating: 1, count: narrow) + [Int](repeating: 2, count: count)
        #expect(LineEraser.place(behind: widths, terminalColumns: 41) == (row, column))
    }

    @Test("up only where there is something above")
    func sequence() {
        #expect(LineEraser.sequence(rowsAbove: 0) == "\r\u{1b}[J")
        #expect(LineEraser.sequence(rowsAbove: 2) == "\r\u{1b}[2A\u{1b}[J")
    }
}
