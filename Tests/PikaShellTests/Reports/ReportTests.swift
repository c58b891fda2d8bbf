import Foundation
import FoundationXML
import Scripting
import TestSupport
import Testing
import Vocabulary

@testable import PikaShell

@Suite("reports of a suite", .timeLimit(.minutes(4)))
struct ReportTests {
    private static let about = ReportContext(host: "here", program: "pikachat 1")

    /// With everything that markup, workflow commands and terminals could take for their own.
    private static func suite() async throws -> TestSuite {
        let folder = try SuiteFolder([
            "a.pika":
                "env N=1\nstep First\necho <script>alert(1)</script>\nstep Second ]]> & 'x' #1\nfail ::error::50% </pre>\\u{1b}[31m",
            "b.pika": "echo fine", "c.pika": "skip for <b>now</b>",
            "d.pika": "env DIR\nsh test -e \"$DIR\"/mark || { touch \"$DIR\"/mark; exit 1; }",
        ])
        var options = TestOptions()
        options.retries = 1
        options.matrix = try Matrix(["N=<1>"])
        return try await folder.run([], options, sets: ["DIR": folder.path])
    }

    private static func text(_ kind: ReportKind) async throws -> String {
        kind.report(about).text(of: try await suite())
    }

    @Test("JUnit: files are suites, steps are cases")
    func junit() async throws {
        let text = try await Self.text(.junit)
        let document = try XMLDocument(xmlString: text)
        func values(_ path: String) throws -> [String] {
            try document.nodes(forXPath: path).map { $0.stringValue ?? "" }
        }
        #expect(
            try values("//testcase/@name").map { ($0 as NSString).lastPathComponent } == [
                "First", "Second ]]> & 'x' #1", "b.pika", "c.pika", "d.pika",
            ])
        #expect(try values("//testcase[failure]/@name").count == 1)
        #expect(try values("//failure/@type") == ["mismatch"])
        #expect(try values("//failure/@message")[0].contains("50% </pre>"))
        #expect(try values("//skipped/@message") == ["for <b>now</b>"])
        #expect(try values("//flakyFailure/@type") == ["protocol"])
        #expect(try values("//property[@name='matrix.N']/@value") == ["<1>"])
        #expect(try values("/testsuites/@failures") == ["1"] && values("/testsuites/@tests") == ["5"])
        #expect(try values("//testsuite/@skipped") == ["0", "0", "1", "0"])
        #expect(!text.unicodeScalars.contains("\u{1b}"))
    }

    @Test("JUnit: every attribute and element is one that both schemas know")
    func junitVocabulary() async throws {
        let document = try XMLDocument(xmlString: try await Self.text(.junit))
        let attributes = [
            "testsuites": ["name", "tests", "failures", "errors", "time"],
            "testsuite": [
                "name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "package",
                "id",
            ],
            "testcase": ["name", "classname", "time"], "failure": ["message", "type"], "skipped": ["message"],
            "property": ["name", "value"], "flakyFailure": ["message", "type"],
            "rerunFailure": ["message", "type"],
        ]
        for case let element as XMLElement in try document.nodes(forXPath: "//*") {
            let known = Set(attributes[element.name ?? ""] ?? [])
            let given = Set((element.attributes ?? []).compactMap(\.name))
            #expect(given.isSubset(of: known), "\(element.name ?? "")")
        }
        let order = try document.nodes(forXPath: "//testsuite[1]/*").compactMap(\.name)
        #expect(order.first == "properties" && order.suffix(2) == ["system-out", "system-err"])
    }

    @Test("TAP: a plan, subtests, directives, YAML that is JSON")
    func tap() async throws {
        let lines = try await Self.text(.tap).split(separator: "\n").map(String.init)
        #expect(lines[0] == "TAP version 14" && lines[1] == "1..4")
        let points = lines.filter { $0.hasPrefix("ok ") || $0.hasPrefix("not ok ") }
        #expect(
            points.count == 4 && points[0].hasPrefix("not ok 1 - ")
                && points[2].contains(" # SKIP for <b>now</b>"))
        #expect(lines.contains("    1..2") && lines.contains("    not ok 2 - Second ]]> & 'x' \\#1"))
        let message = try #require(lines.first { $0.hasPrefix("  message: ") }).dropFirst(11)
        let read = try JSONSerialization.jsonObject(with: Data(message.utf8), options: .fragmentsAllowed)
        #expect((read as? String)?.contains("50% </pre>") ?? false)
        #expect(lines.filter { $0 == "  ---" }.count == 1 && lines.filter { $0 == "  ..." }.count == 1)
    }

    @Test("JSON: each line is an object that names its file; the last one counts")
    func json() async throws {
        let objects = try await Self.text(.json).split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        let events = objects.dropLast()
        #expect(events.allSatisfy { ($0["test"] as? String)?.hasSuffix(".pika") ?? false })
        #expect(events.filter { $0["event"] as? String == "test.done" }.count == 4)
        #expect(Set(events.compactMap { $0["try"] as? Int }) == [1, 2])
        let end = try #require(objects.last)
        #expect(
            end["event"] as? String == "suite.done" && end["failed"] as? Int == 1 && end["flaky"] as? Int == 1
        )
        #expect((events.first?["matrix"] as? [String: String]) == ["N": "<1>"])
    }

    @Test("GitHub: annotations at file and line, groups, and nothing from outside that is a command")
    func github() async throws {
        let lines = try await Self.text(.github).split(separator: "\n").map(String.init)
        let commands = lines.filter { $0.hasPrefix("::") }.map { $0.prefix { $0 != " " && $0 != "\t" } }
        #expect(commands.map { $0.prefix(8) } == ["::group:", "::endgro", "::error", "::warnin"])
        let error = try #require(lines.first { $0.hasPrefix("::error") })
        #expect(error.contains(",line=5,") && error.contains("50%25 </pre>") && error.contains("[N=<1>]"))
        let summary = ReportKind.summary(of: try await Self.suite())
        #expect(summary.contains("| ❌ | `") && summary.contains("| ⏭ |"))
    }

    @Test("GitHub: nine annotations and one for the rest")
    func manyAnnotations() async throws {
        var files: [String: String] = [:]
        for number in 10..<30 { files["\(number).pika"] = "fail \(number)" }
        let suite = try await SuiteFolder(files).run()
        let errors = GitHubReport().text(of: suite).split(separator: "\n").filter { $0.hasPrefix("::error") }
        #expect(errors.count == 10 && errors.last?.contains("title=11 more failed") ?? false)
    }

    @Test("HTML: one page that loads nothing, with everything from outside escaped")
    func html() async throws {
        let text = try await Self.text(.html)
        #expect(text.components(separatedBy: "<script>").count == 2)
        #expect(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        for forbidden in ["http://", "https://", "src=", "href=", "@import", "url("] {
            #expect(!text.contains(forbidden), "\(forbidden)")
        }
        #expect(text.contains("default-src 'none'"))
        #expect(text.contains("<details class=\"file failed\" data-outcome=\"failed\" open>"))
        #expect(text.contains("<li class=\"failed\">fail ::error::50% &lt;/pre&gt;"))
        #expect(text.contains("class=\"waterfall\"") && text.contains("prefers-color-scheme: dark"))
        #expect(!text.unicodeScalars.contains("\u{1b}"))
    }

    @Test("HTML: a real browser shows it, filters it, and runs nothing of what came from outside")
    func browser() async throws {
        let names = ["chromium", "chromium-browser", "google-chrome"]
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let found = folders.flatMap { folder in names.map { "\(folder)/\($0)" } }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
        guard let browser = found else {
            print("skipped: the HTML report in a browser: no chromium is installed")
            return
        }
        let directory = TemporaryDirectory()
        // Acts as a user would, then says what is to be seen.
        let probe = """
            <script>search.value = "b.pika"; search.dispatchEvent(new Event("input"));
            document.title = files.filter(file => !file.hidden).length + " of " + files.length + " shown";</script></body>
            """
        let page = try await Self.text(.html).replacing("</body>", with: probe)
        try page.write(toFile: directory.file("r.html"), atomically: true, encoding: .utf8)
        let result = try await Program.run(
            [
                browser, "--headless", "--no-sandbox", "--disable-gpu",
                "--user-data-dir=\(directory.path)/profile",
                "--dump-dom", "file://\(directory.file("r.html"))",
            ], environment: ["HOME": directory.path, "PATH": "/usr/bin:/bin"])
        #expect(result.output.contains("<title>1 of 4 shown</title>"), "\(result.error.suffix(500))")
        #expect(result.output.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    }

    @Test(
        "targets",
        arguments: [
            ["junit=-", "tap=-"], ["junit=a", "tap=a"], ["xunit=a"], ["junit"], ["junit="],
            ["json=-", "json=-"],
        ])
    func targets(texts: [String]) {
        let failure = #expect(throws: Failure.self) { try ReportTarget.parse(texts) }
        #expect(failure?.code == .usage)
    }

    @Test("a place where nothing can be written is found out before anything runs")
    func places() throws {
        let directory = TemporaryDirectory()
        for path in [directory.path, directory.path + "/no/such"] {
            #expect(throws: Failure.self) { try ReportFile(path) }
        }
        let file = try ReportFile(directory.file("r"))
        try file.write("one")
        try file.write("two")
        #expect(try String(contentsOfFile: directory.file("r"), encoding: .utf8) == "two")
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["r"])
        let full = try ReportFile("/dev/full")
        let failure = #expect(throws: Failure.self) { try full.write("x") }
        #expect(failure?.message.contains("No space left") ?? false)
    }

    @Test(
        "no line of the log is a command for the runner, however it is indented",
        arguments: [
            ("::error::x", "\u{200b}::error::x"),
            ("    ::stop-commands::t", "    \u{200b}::stop-commands::t"),
            ("\t##[error]x", "\t\u{200b}##[error]x"), ("a ::b", "a ::b"), ("", ""),
        ])
    func workflowCommands(line: String, shown: String) {
        #expect(GitHubReport.harmless(line) == shown)
    }

    @Test("a report may have a name of one letter")
    func shortName() throws {
        _ = try ReportFile("y")
        #expect(throws: Failure.self) { try ReportFile("/nowhere/y") }
    }
}
