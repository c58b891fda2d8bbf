/// What a terminal of a fixed size shows after the bytes that were written to it: enough of a VT100 for what libedit and we send.
package struct Screen: Sendable {
    package let columns: Int
    package let height: Int
    private var cells: [[Character]]
    package private(set) var cursor = (row: 0, column: 0)
    /// What scrolled off the top.
    package private(set) var scrolled: [String] = []
    private var escape: String?
    /// Behind the last column: the next character begins the next row.
    private var isPastEnd = false

    package init(columns: Int, rows: Int) {
        (self.columns, height) = (columns, rows)
        cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
    }

    /// Without blanks at their ends.
    package var rows: [String] {
        cells.map { row in
            let text = String(row.filter { $0 != "\0" })
            return String(text.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// The rows that are not empty.
    package var text: String { rows.filter { !$0.isEmpty }.joined(separator: "\n") }

    package mutating func feed(_ text: String) {
        for scalar in text.unicodeScalars { take(scalar) }
    }

    private mutating func take(_ scalar: Unicode.Scalar) {
        if var sequence = escape {
            sequence.unicodeScalars.append(scalar)
            escape = sequence
            let isStart = sequence == "[" || sequence == "]" || sequence == "(" || sequence == ")"
            if !isStart, (0x40...0x7e).contains(scalar.value) || sequence.first != "[" { control(sequence) }
            return
        }
        switch scalar {
        case "\u{1b}": escape = ""
        case "\r": (cursor.column, isPastEnd) = (0, false)
        case "\n": newLine()
        case "\u{8}": (cursor.column, isPastEnd) = (max(0, cursor.column - 1), false)
        case "\t": cursor.column = min(columns - 1, (cursor.column / 8 + 1) * 8)
        case _ where scalar.value < 0x20: break
        default:
            put(
                Character(scalar),
                width: scalar.value >= 0x1100 && scalar.value < 0x2000 || scalar.value >= 0x3000 ? 2 : 1)
        }
    }

    private mutating func put(_ character: Character, width: Int) {
        if isPastEnd || cursor.column + width > columns {
            cursor.column = 0
            newLine()
        }
        cells[cursor.row][cursor.column] = character
        if width == 2, cursor.column + 1 < columns { cells[cursor.row][cursor.column + 1] = "\0" }
        cursor.column += width
        if cursor.column >= columns { (cursor.column, isPastEnd) = (columns - 1, true) }
    }

    private mutating func newLine() {
        isPastEnd = false
        guard cursor.row == height - 1 else {
            cursor.row += 1
            return
        }
        scrolled.append(rows[0])
        cells.removeFirst()
        cells.append(Array(repeating: " ", count: columns))
    }

    private mutating func control(_ sequence: String) {
        escape = nil
        guard sequence.first == "[", let final = sequence.last else { return }
        let numbers = sequence.dropFirst().dropLast().split(separator: ";").map { Int($0) ?? 0 }
        let count = max(1, numbers.first ?? 1)
        isPastEnd = false
        switch final {
        case "A": cursor.row = max(0, cursor.row - count)
        case "B": cursor.row = min(height - 1, cursor.row + count)
        case "C": cursor.column = min(columns - 1, cursor.column + count)
        case "D": cursor.column = max(0, cursor.column - count)
        case "G": cursor.column = min(columns - 1, count - 1)
        case "H":
            cursor = (
                min(height, max(1, numbers.first ?? 1)) - 1,
                min(columns, max(1, numbers.dropFirst().first ?? 1)) - 1
            )
        case "J": erase(below: numbers.first ?? 0)
        case "K": eraseLine(numbers.first ?? 0)
        case "P":
            cells[cursor.row].removeSubrange(cursor.column..<min(columns, cursor.column + count))
            cells[cursor.row] += Array(repeating: " ", count: columns - cells[cursor.row].count)
        case "@":
            cells[cursor.row].insert(contentsOf: Array(repeating: " ", count: count), at: cursor.column)
            cells[cursor.row].removeLast(cells[cursor.row].count - columns)
        default: break
        }
    }

    private mutating func eraseLine(_ which: Int) {
        let range = which == 0 ? cursor.column..<columns : which == 1 ? 0..<(cursor.column + 1) : 0..<columns
        for column in range { cells[cursor.row][column] = " " }
    }

    private mutating func erase(below which: Int) {
        if which == 2 {
            return cells = Array(repeating: Array(repeating: " ", count: columns), count: height)
        }
        eraseLine(0)
        for row in (cursor.row + 1)..<max(height, cursor.row + 1) where row < height {
            cells[row] = Array(repeating: " ", count: columns)
        }
    }
}
