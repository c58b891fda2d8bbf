import Vocabulary

/// What took how long: steps, commands with their waits, HTTP, and what happened at relays, on one scale of time.
package struct HTMLWaterfall {
    private let rows: [TimelineRow]
    private let began: Int64
    private let span: Int

    /// More rows are no help to anybody.
    private static let maximumRows = 500

    /// - Parameter began: where the scale begins. Milliseconds since 1970.
    package init(_ rows: [TimelineRow], from began: Int64) {
        self.began = began
        let end = rows.map(\.ended).max() ?? began
        span = Int(max(1, end - began))
        self.rows = Array(rows.sorted { ($0.began, -$0.ms) < ($1.began, -$1.ms) }.prefix(Self.maximumRows))
    }

    /// A table; empty where nothing took time.
    package var table: String {
        guard !rows.isEmpty else { return "" }
        let lines = rows.map { row in
            let left = Double(max(0, row.began - began)) * 100 / Double(span)
            let width = Double(row.ms) * 100 / Double(span)
            let time = row.ms > 0 ? Duration.milliseconds(row.ms).inSeconds : ""
            return
                "<tr class=\"\(row.kind.rawValue)\(row.isFailed ? " failed" : "")\"><td>\(MarkupText.escaped(row.label.cut(to: 80)))</td><td class=\"bar\"><i style=\"margin-left:\(Self.percent(left));width:\(Self.percent(min(width, 100 - left)))\"></i></td><td>\(time)</td></tr>"
        }
        return "<table class=\"waterfall\">\(lines.joined())</table>"
    }

    /// `12.34%`, without the machine's own decimal sign.
    private static func percent(_ value: Double) -> String {
        let hundredths = Int((min(max(value, 0), 100) * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)%"
    }
}
