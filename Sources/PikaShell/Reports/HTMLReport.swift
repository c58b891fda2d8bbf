import Scripting
import Vocabulary

/// One page that needs nothing else: summary, search, and for each file its waterfall, its source with what failed, its events. Everything
/// is escaped, and the page forbids itself to load anything.
struct HTMLReport: Report {
    let about: ReportContext

    func text(of suite: TestSuite) -> String {
        let title = "\(suite.count("failed") > 0 ? "failed" : "passed") · \(suite.totals)"
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(MarkupText.escaped(title))</title>
            <style>\(HTMLAssets.style)</style>
            </head>
            <body>
            <header>
            <h1>pikachat test</h1>
            <p class="totals">\(Self.counts(suite))</p>
            <p class="about">\(MarkupText.escaped("\(MarkupText.time(suite.began)) · \(about.program) on \(about.host) · \(Duration.milliseconds(suite.ms).inSeconds)\(suite.seed.map { " · seed \($0)" } ?? "")\(suite.signal.map { " · interrupted by signal \($0)" } ?? "")"))</p>
            <p class="tools"><label>Search <input id="search" type="search" accesskey="s" placeholder="file, step, text  ( / )"></label>
            \(Self.filters(suite))
            <span class="keys">j k next, previous · Enter opens · / searches</span></p>
            </header>
            <main>
            \(suite.results.map(Self.section).joined(separator: "\n"))
            </main>
            <script>\(HTMLAssets.script)</script>
            </body>
            </html>

            """
    }

    private static let words = ["failed", "flaky", "skipped", "passed"]

    private static func counts(_ suite: TestSuite) -> String {
        words.map { "<span class=\"\($0)\">\(suite.count($0)) \($0)</span>" }.joined(separator: " ")
    }

    private static func filters(_ suite: TestSuite) -> String {
        words.map { word in
            "<label class=\"filter\"><input type=\"checkbox\" data-outcome=\"\(word)\" checked> \(word)</label>"
        }.joined(separator: "\n")
    }

    private static func section(_ result: TestResult) -> String {
        let transcript = result.transcript
        let remark =
            result.skipReason ?? transcript.failures.first?.event.fields["message"]?.description ?? ""
        return """
            <details class="file \(result.word)" data-outcome="\(result.word)"\(result.isFailed ? " open" : "")>
            <summary><span class="outcome">\(result.word)</span> <span class="title">\(MarkupText.escaped(result.test.title))</span> <span class="time">\(Duration.milliseconds(result.ms).inSeconds)</span> <span class="remark">\(MarkupText.escaped(remark.cut(to: 200)))</span></summary>
            \(transcript.failures.map { "<pre class=\"frame\">\(MarkupText.escaped($0.event.text))</pre>" }.joined())
            \(tries(result))
            \(waterfall(transcript))
            \(events(transcript))
            \(jobs(transcript))
            \(source(result))
            \(inputs(transcript))
            <p class="again">again: <code>\(MarkupText.escaped(result.test.again))</code></p>
            </details>
            """
    }

    private static func tries(_ result: TestResult) -> String {
        guard result.tries.count > 1 else { return "" }
        let earlier = result.tries.dropLast().enumerated().map { number, attempt in
            let why = attempt.failures.first?.event.fields["message"]?.description ?? "failed"
            return "<li>try \(number + 1): \(MarkupText.escaped(why))</li>"
        }
        return "<ul class=\"tries\">\(earlier.joined())</ul>"
    }

    private static func events(_ transcript: TestTranscript) -> String {
        let began = transcript.records.first?.time ?? 0
        let rows = transcript.records.filter { isShown($0.event) }.map { record in
            let speaker: String =
                switch record.event.role {
                case .received(let name): "\(name): "
                case .sent: "you: "
                default: ""
                }
            let branch = record.event.branch.map { "[\($0)] " } ?? ""
            return
                "<tr class=\"\(kind(record.event))\"><td>\(MarkupText.seconds(Int(record.time - began)))</td><td>\(MarkupText.escaped(record.event.name))</td><td>\(MarkupText.escaped(branch + speaker + record.event.text))</td></tr>"
        }
        guard !rows.isEmpty else { return "" }
        let cut = transcript.isCut ? "<p>Some events are left out: there are more than are kept.</p>" : ""
        return
            "<details class=\"part\"><summary>\(rows.count) events</summary>\(cut)<table class=\"events\">\(rows.joined())</table></details>"
    }

    private static func isShown(_ event: LogEvent) -> Bool {
        ![LogEvent.commandDoneName, "job.log", LogEvent.waitingName].contains(event.name)
    }

    private static func kind(_ event: LogEvent) -> String {
        switch event.role {
        case .failure: "failure"
        case .warning: "warning"
        case .heading: "heading"
        case .received, .sent: "words"
        case .answer, .progress, .notice, .hint, .record, .status: "plain"
        }
    }

    private static func jobs(_ transcript: TestTranscript) -> String {
        transcript.records.filter { $0.event.name == "job.log" }.map { record in
            let name = record.event.fields["name"]?.description ?? ""
            guard case .list(let lines)? = record.event.fields["lines"] else { return "" }
            return
                "<details class=\"part\"><summary>log of job \(MarkupText.escaped(name))</summary><pre>\(MarkupText.escaped(lines.map(\.description).joined(separator: "\n")))</pre></details>"
        }.joined()
    }

    private static func source(_ result: TestResult) -> String {
        let failed = Set(
            result.transcript.failures.map(\.event).filter { $0.file == result.test.path }.compactMap(\.line))
        let lines = result.transcript.source.enumerated().map { number, line in
            "<li\(failed.contains(number + 1) ? " class=\"failed\"" : "")>\(MarkupText.escaped(line))</li>"
        }
        guard !lines.isEmpty else { return "" }
        return
            "<details class=\"part\"\(failed.isEmpty ? "" : " open")><summary>\(MarkupText.escaped(result.test.path))</summary><ol class=\"source\">\(lines.joined())</ol></details>"
    }

    private static func inputs(_ transcript: TestTranscript) -> String {
        guard !transcript.inputs.isEmpty else { return "" }
        let rows = transcript.inputs.map { name, value in
            "<tr><td>\(MarkupText.escaped(name))</td><td>\(MarkupText.escaped(value))</td></tr>"
        }
        return
            "<details class=\"part\"><summary>inputs</summary><table class=\"events\">\(rows.joined())</table></details>"
    }

    private static func waterfall(_ transcript: TestTranscript) -> String {
        let steps = transcript.steps.filter { $0.title != nil }.map { step in
            TimelineRow(
                .step, step.title ?? "", began: step.began, ms: step.ms, isFailed: !step.failures.isEmpty)
        }
        let rows = steps + Timeline(events: transcript.records).rows
        let table = HTMLWaterfall(rows, from: transcript.records.first?.time ?? 0).table
        return table.isEmpty
            ? "" : "<details class=\"part\" open><summary>waterfall</summary>\(table)</details>"
    }
}
