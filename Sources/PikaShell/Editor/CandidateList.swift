/// Candidates as they are listed below a line.
enum CandidateList {
    /// More of them are listed without what they mean.
    private static let explained = 24

    /// - Parameter columns: of the terminal.
    static func text(_ candidates: [Completions.Candidate], columns: Int) -> String {
        let width = (candidates.map(\.text.count).max() ?? 0) + 2
        func padded(_ text: String) -> String {
            text + String(repeating: " ", count: max(1, width - text.count))
        }
        if candidates.count <= explained, candidates.contains(where: { !$0.detail.isEmpty }),
            width + 12 < columns
        {
            return candidates.map { DisplayWidth.cut(padded($0.text) + $0.detail, to: columns - 1) }
                .joined(separator: "\n")
        }
        let perRow = max(1, (columns - 1) / width)
        return stride(from: 0, to: candidates.count, by: perRow).map { start in
            candidates[start..<min(start + perRow, candidates.count)].map { padded($0.text) }.joined()
        }.joined(separator: "\n")
    }
}
