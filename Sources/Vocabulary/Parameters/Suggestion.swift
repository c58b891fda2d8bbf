/// Finds what somebody probably meant.
public enum Suggestion {
    /// The nearest of `words`, if it is near enough to be a typing error.
    public static func nearest(to word: String, among words: [String]) -> String? {
        let limit = max(1, word.count / 3)
        return words.map { ($0, distance(word.lowercased(), $0.lowercased())) }
            .filter { $0.1 <= limit }
            .min { $0.1 < $1.1 }?.0
    }

    /// Edit distance: insertions, deletions, replacements, neighbours swapped.
    static func distance(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a.prefix(64)), Array(b.prefix(64)))
        var rows = [Array(0...b.count)]
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var best = min(min(rows[i][j + 1], row[j]) + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    best = min(best, rows[i - 1][j - 1] + 1)
                }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
