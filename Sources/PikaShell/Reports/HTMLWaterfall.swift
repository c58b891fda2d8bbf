import Vocabulary

/// What took how long: steps, commands with their waits, HTTP, and what happened at relays, on one scale of time.
struct HTMLWaterfall {
    private struct Row {
        let kind: String
        let label: String
        let began: Int64
        let ms: Int
        var isFailed = false
    }

    private let rows: [Row]
    private let began: Int64
    private let span: Int

    /// More rows are no help to anybody.
    private static let maximumRows = 500
    /// What is drawn as a moment.
    private static let moments: Set<String> = [
        "sent", "reply", "message", "relay.up", "relay.down", "keypackage.found", "welcome.sent", "epoch",
        "job.start", "job.exit", "provision.done", "teardown.done",
    ]

    init(_ transcript: TestTranscript) {
        var rows: [Row] = []
        for step in transcript.steps where step.title != nil {
            rows.append(
                Row(
                    kind: "step", label: step.title ?? "", began: step.began, ms: step.ms,
                    isFailed: !step.failures.isEmpty))
        }
        for record in transcript.records {
            let (event, time) = (record.event, record.time)
            let ms = if case .number(let ms)? = event.fields["ms"] { ms } else { 0 }
            switch event.name {
            case "command.done":
                let code = event.fields["code"]?.description ?? ""
                let tries = if case .number(let tries)? = event.fields["tries"] { tries } else { 1 }
                let line = event.line.map { "\($0): " } ?? ""
                rows.append(
                    Row(
                        kind: "command",
                        label: line + (event.fields["command"]?.description ?? "")
                            + (tries > 1 ? " (\(tries) tries)" : ""),
                        began: time - Int64(ms), ms: ms, isFailed: !code.isEmpty))
            case "http":
                rows.append(Row(kind: "http", label: event.text, began: time - Int64(ms), ms: ms))
            case _ where Self.moments.contains(event.name):
                rows.append(Row(kind: "moment", label: event.name, began: time, ms: 0))
            default: continue
            }
        }
        let first = transcript.records.first?.time ?? 0
        let end = rows.map { $0.began + Int64($0.ms) }.max() ?? first
        began = first
        span = Int(max(1, end - first))
        self.rows = Array(rows.sorted { ($0.began, -$0.ms) < ($1.began, -$1.ms) }.prefix(Self.maximumRows))
    }

    var text: String {
        guard !rows.isEmpty else { return "" }
        let lines = rows.map { row in
            let left = Double(max(0, row.began - began)) * 100 / Double(span)
            let width = Double(row.ms) * 100 / Double(span)
            let time = row.ms > 0 ? Duration.milliseconds(row.ms).inSeconds : ""
            return
                "<tr class=\"\(row.kind)\(row.isFailed ? " failed" : "")\"><td>\(MarkupText.escaped(row.label.cut(to: 80)))</td><td class=\"bar\"><i style=\"margin-left:\(Self.percent(left));width:\(Self.percent(min(width, 100 - left)))\"></i></td><td>\(time)</td></tr>"
        }
        return
            "<details class=\"part\" open><summary>waterfall</summary><table class=\"waterfall\">\(lines.joined())</table></details>"
    }

    /// `12.34%`, without the machine's own decimal sign.
    private static func percent(_ value: Double) -> String {
        let hundredths = Int((min(max(value, 0), 100) * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)%"
    }
}
