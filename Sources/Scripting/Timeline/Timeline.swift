import Foundation
import Vocabulary

/// What happened when, how long it took, and where nothing happened: as text with bars, or as a page.
package struct Timeline {
    package let rows: [TimelineRow]
    /// Columns of the longest bar.
    private static let barWidth = 24
    /// A gap that is worth a line. Milliseconds.
    private static let gap = 3000

    package init(_ rows: [TimelineRow]) {
        self.rows = rows.sorted { ($0.began, -$0.ms) < ($1.began, -$1.ms) }
    }

    /// Of the last commands only, with what happened meanwhile.
    package func last(_ commands: Int) -> Timeline {
        let starts = rows.filter { $0.kind == .command }.suffix(commands)
        guard let first = starts.first else { return Timeline(Array(rows.suffix(commands))) }
        return Timeline(rows.filter { $0.ended >= first.began })
    }

    // MARK: Text

    /// - Parameter columns: of the terminal.
    package func lines(columns: Int) -> [String] {
        guard !rows.isEmpty else { return ["nothing has happened yet"] }
        let longest = max(1, rows.map(\.ms).max() ?? 1)
        let bars = columns >= 70 ? Self.barWidth : 0
        let width = max(16, columns - 9 - 10 - bars - 2)
        var lines: [String] = []
        var end: Int64?
        let sessions = Set(rows.compactMap(\.session))
        for row in rows {
            if let end, row.began - end > Int64(Self.gap) {
                lines.append("          (nothing for \(Duration.milliseconds(row.began - end).inSeconds))")
            }
            end = max(end ?? row.began, row.ended)
            lines.append(
                line(row, width, bars, longest, namesSession: sessions.count > 1).cut(to: max(30, columns)))
        }
        return lines
    }

    private func line(_ row: TimelineRow, _ width: Int, _ bars: Int, _ longest: Int, namesSession: Bool)
        -> String
    {
        let isInner = row.kind == .http || row.kind == .moment
        let session = namesSession ? row.session.map { "[\($0)] " } ?? "" : ""
        let whole = (isInner ? "  " : "") + session + VisibleText.line(row.label)
        let time = isInner ? "        " : ClockText.time(row.began)
        guard row.kind != .moment else { return "\(time)  \(whole)" }
        let label = whole.cut(to: width)
        let padded = label + String(repeating: " ", count: max(0, width - label.count))
        let took = Duration.milliseconds(row.ms).inSeconds
        let duration = String(repeating: " ", count: max(0, 7 - took.count)) + took
        return
            "\(time)  \(padded)\(duration)  \(Self.bar(row.ms, of: longest, columns: bars))\(row.isFailed ? " ✗" : "")"
    }

    /// Eighths of a column.
    private static func bar(_ ms: Int, of longest: Int, columns: Int) -> String {
        guard columns > 0 else { return "" }
        let eighths = max(1, ms * columns * 8 / longest)
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
    }

    // MARK: A page

    /// One file that needs nothing else.
    package func page(title: String) -> String {
        let began = rows.first?.began ?? 0
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>\(MarkupText.escaped(title))</title><style>
            body { font: 14px/1.5 system-ui, sans-serif; margin: 2rem; color-scheme: light dark; }
            table { width: 100%; border-collapse: collapse; font-family: ui-monospace, monospace; font-size: 13px; }
            td { padding: 2px 6px; } td:first-child { width: 36%; } td:last-child { text-align: right; white-space: nowrap; }
            .bar { background: #8881; padding: 0; } i { display: block; height: .8rem; min-width: 2px; border-radius: 2px; background: #3a8; }
            .step td:first-child { font-weight: 600; } .step i { background: #88a; } .http i { background: #48c; }
            .moment i { background: #c83; } .failed i { background: #c44; } .failed td:first-child { color: #c44; }
            </style></head><body><h1>\(MarkupText.escaped(title))</h1>
            <p>\(MarkupText.escaped(MarkupText.time(began)))</p>
            \(HTMLWaterfall(rows, from: began).table)
            </body></html>

            """
    }

    // MARK: Sources

    /// Of the events of a run.
    package init(events: some Sequence<EventRecord>) {
        self.init(
            events.compactMap { record in
                TimelineRow(
                    name: record.event.name, time: record.time, fields: record.event.fields,
                    text: record.event.text, session: record.event.session)
            })
    }

    /// Of a journal: lines of JSON. A line that is none is left out, for the last one may have been cut off.
    package init(journal text: String) {
        self.init(
            text.split(separator: "\n").compactMap { line -> TimelineRow? in
                guard case .record(let fields)? = JSONValueReader.read(String(line)),
                    case .text(let name)? = fields["event"], case .number(let time)? = fields["time"]
                else { return nil }
                let session = if case .text(let name)? = fields["session"] { name } else { String?.none }
                let about = ["relay", "reason", "id", "npub", "by", "name", "status", "epoch"].compactMap {
                    fields[$0]?.description
                }
                return TimelineRow(
                    name: name, time: Int64(time), fields: fields,
                    text: ([name] + about).joined(separator: " "), session: session)
            })
    }
}
