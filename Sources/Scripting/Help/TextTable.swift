/// Two columns for help pages.
package enum TextTable {
    /// A name that is wider than the column gets a line of its own.
    package static func rows(_ rows: [(String, String)]) -> String {
        let width = min(rows.map(\.0.count).max() ?? 0, 34)
        return rows.map { name, help in
            let pad =
                name.count > width
                ? "\n" + String(repeating: " ", count: width + 2)
                : String(repeating: " ", count: width - name.count)
            return "  \(name)\(pad)  \(help)\n"
        }.joined()
    }
}
