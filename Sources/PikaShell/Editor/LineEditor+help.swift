import CLibedit
import Foundation

/// Completion, hints and colours of the line that is being typed. libedit knows nothing of hints and colours: it is told of no character
/// that is not the line's, and the cursor stands where it left it.
extension LineEditor {
    /// What was painted last, and where the cursor stood.
    struct Painted: Equatable {
        let text: String
        let cursor: Int
    }

    /// The line, and the part of it before the cursor.
    private var line: (whole: String, before: String)? {
        guard let info = el_wline(editor)?.pointee, let start = info.buffer else { return nil }
        func text(_ count: Int) -> String {
            var text = String.UnicodeScalarView()
            for index in 0..<count {
                if let scalar = Unicode.Scalar(UInt32(bitPattern: start[index])) { text.append(scalar) }
            }
            return String(text)
        }
        return (text(info.lastchar - start), text(info.cursor - start))
    }

    /// Rows between the first row of the line and the cursor, in the window as it is now.
    var rowsAboveCursor: Int { place(behind: line?.before ?? "").row }

    /// Where the cursor is behind this part of the line, from the line's first row on.
    private func place(behind text: String) -> (row: Int, column: Int) {
        LineEraser.place(behind: Self.widths(of: promptText + text), terminalColumns: terminal.columns)
    }

    /// Moves the cursor behind the line, whose last row may be below it.
    func moveToEnd() {
        guard let (whole, before) = line else { return }
        let (end, cursor) = (place(behind: whole), place(behind: before))
        let down = end.row - cursor.row
        writeToTerminal(
            (down > 0 ? "\u{1b}[\(down)B" : "") + "\r" + (end.column > 0 ? "\u{1b}[\(end.column)C" : ""))
    }

    // MARK: While nothing is typed

    /// Paints the line and shows what may follow, where the line fits in one row.
    func decorate() {
        guard terminal.usesColor, let (whole, before) = line else { return }
        let prompt = Self.columns(of: promptText)
        let (width, cursor) = (Self.columns(of: whole), Self.columns(of: before))
        let columns = terminal.columns
        // While the history is searched, libedit keeps the search in the line, on a row of its own.
        guard prompt + width < columns - 1, !whole.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
            return
        }
        var output = ""
        // libedit may have written over what was painted, to draw the line or to move the cursor.
        let text = help.painted(whole)
        if painted != Painted(text: text, cursor: cursor), !whole.isEmpty {
            output +=
                "\r\u{1b}[\(prompt)C\(text)\r" + (prompt + cursor > 0 ? "\u{1b}[\(prompt + cursor)C" : "")
            painted = Painted(text: text, cursor: cursor)
        }
        let room = columns - 2 - prompt - width
        let hint = whole == before && room > 8 ? DisplayWidth.cut(help.hint(for: whole), to: room) : ""
        if !hint.isEmpty {
            hintColumns = Self.columns(of: hint)
            output += "\u{1b}[90m\(hint)\u{1b}[0m\u{1b}[\(hintColumns)D"
        }
        if !output.isEmpty { writeToTerminal(output) }
    }

    /// Takes the hint away before libedit goes on.
    func undecorate() {
        guard hintColumns > 0 else { return }
        hintColumns = 0
        writeToTerminal("\u{1b}[K")
    }

    // MARK: Tab

    /// Completes the word before the cursor as far as all candidates agree, and lists them when there are several.
    func completeWord() -> UInt8 {
        guard let before = line?.before else { return UInt8(CC_ERROR) }
        let all = help.candidates(for: before)
        guard let first = all.first else { return UInt8(CC_ERROR) }
        let candidates = all.filter { $0.replaces == first.replaces }
        let shared = candidates.dropFirst().reduce(first.text) { $0.commonPrefix(with: $1.text) }
        let addition = shared.dropFirst(first.replaces)
        let blank = candidates.count == 1 && !isOpen(first.text, before) ? " " : ""
        if !addition.isEmpty || !blank.isEmpty {
            painted = nil
            return el_insertstr(editor, addition + blank) == 0 ? UInt8(CC_REFRESH) : UInt8(CC_ERROR)
        }
        guard candidates.count > 1 else { return UInt8(CC_ERROR) }
        let list = CandidateList.text(candidates, columns: terminal.columns)
        writeToTerminal(
            "\n" + list.split(separator: "\n").map { terminal.harmless(String($0)) }.joined(separator: "\n")
                + "\n")
        painted = nil
        return UInt8(CC_REDISPLAY)
    }

    /// Something may follow without a blank: a value, a file, a variable's field.
    private func isOpen(_ candidate: String, _ before: String) -> Bool {
        candidate.hasSuffix("=") || candidate.hasSuffix("/") || before.contains(/\$\{?[\w.-]*$/)
    }
}
