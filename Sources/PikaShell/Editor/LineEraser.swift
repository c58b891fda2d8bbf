/// Where the edited line stands on the screen, to take it down before other text is printed.
enum LineEraser {
    /// Terminal rows between the first row of the line and the cursor.
    static func rowsAbove(promptColumns: Int, columnsBeforeCursor: Int, terminalColumns: Int) -> Int {
        terminalColumns > 0 ? (promptColumns + columnsBeforeCursor) / terminalColumns : 0
    }

    /// Moves to the line's first row and clears from there to the end of the screen.
    static func sequence(rowsAbove: Int) -> String {
        "\r" + (rowsAbove > 0 ? "\u{1b}[\(rowsAbove)A" : "") + "\u{1b}[J"
    }
}
