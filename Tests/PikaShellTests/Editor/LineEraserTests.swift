import Testing

@testable import PikaShell

@Suite("where the edited line stands")
struct LineEraserTests {
    @Test(
        "rows above the cursor",
        arguments: [
            (5, 0, 80, 0), (5, 74, 80, 0), (5, 75, 80, 1), (5, 154, 80, 1), (5, 155, 80, 2), (5, 9, 0, 0),
        ])
    func rows(prompt: Int, before: Int, columns: Int, expected: Int) {
        #expect(
            LineEraser.rowsAbove(
                promptColumns: prompt, columnsBeforeCursor: before, terminalColumns: columns) == expected)
    }

    @Test("up only where there is something above")
    func sequence() {
        #expect(LineEraser.sequence(rowsAbove: 0) == "\r\u{1b}[J")
        #expect(LineEraser.sequence(rowsAbove: 2) == "\r\u{1b}[2A\u{1b}[J")
    }
}
