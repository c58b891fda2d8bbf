/// Where the edited line stands on the screen, to take it down before other text is printed.
enum LineEraser {
    /// The cell behind characters of these widths: rows below the first one, and column. A wide character that does not fit into the last
    /// column goes to the next row and leaves that column empty.
    static func place(behind widths: [Int], terminalColumns columns: Int) -> (row: Int, column: Int) {
        guard columns > 1 else { return (0, 0) }
        var (row, column) = (0, 0)
        for width in widths {
            if column + width > columns { (row, column) = (row + 1, 0) }
            column += width
            if column >= columns { (row, column) = (row + 1, 0) }
        }
        return (row, column)
    }

    /// Moves to the line's first row and clears from there to the end of the screen.
    static func sequence(rowsAbove: Int) -> String {
        "\r" + (rowsAbove > 0 ? "\u{1b}[\(rowsAbove)A" : "") + "\u{1b}[J"
    }
}
