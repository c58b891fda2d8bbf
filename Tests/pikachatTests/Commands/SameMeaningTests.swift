import Foundation
import TestSupport
import Testing

/// The founding rule of the language: the same line means the same in a file, on standard input, at the prompt, in `shell -c` and in `do`.
@Suite("a line means the same wherever it stands", .timeLimit(.minutes(5)))
struct SameMeaningTests {
    private let state = TemporaryDirectory()

    /// One for each construct; none fails, for a file ends with its first failure and a prompt does not.
    static let scripts = [
        "let x=\"a  b\"\necho hi $x ${x}c \\$x it's # a comment\necho x#y \\\n  z",
        "let t=\"\"\"\n  one\n    two\n  \"\"\"\necho $t",
        "echo one\n\n# nothing\nhint two words\nstep A title\nlet n=12345678901234567890\necho $n $last.tries",
        "if $mock: echo mock\nunless $mock: echo not mock\nif ok echo works: echo yes\nlet n=1\nif not $ci and $n < 2 or $mock: echo ok",
        "let a=b\nif $a == c\n  echo c\nelse if $a matches /^b$/\n  echo \"b\"\nelse\n  echo neither\nend",
        "for i in one \"two three\"\n  repeat 2\n    echo $i\n  end\nend",
        "try fail as=r broken\necho $r.code $error.code $error.message\ntry echo fine\necho [$error.code]",
        "fails mismatch: fail broken\nfails: expect \"yes\" == \"no\"\nexpect \"a b\" contains b\nexpect \"x1\" matches /^x\\d$/",
        "defer echo last\nlet v=before\ndefer echo first $v\nlet v=after\necho body $v",
        "env COLOR=red oneof=red,blue help=\"of the thing\"\nenv SIZES=1,2 list\necho $COLOR\nfor s in $SIZES\n  echo $s\nend",
        "env DAY=today\nsh printf '[%s]' \"a  b\" $DAY as=r\necho $r.status $r.text",
        "let v=\"; echo no\"\nsh echo $v as=r\necho $r.text\nstart j sleep 30\njobs\nstop j",
        "try sleep 1ms as=t\nsleep 1ms\necho [$t.code]",
        "fails: http get http://127.0.0.1:1/ timeout=5s\necho text a=b timeout=5s",
        "skip all of the rest",
    ]

    /// What happened, without times, places and ids.
    private static func events(_ output: String) throws -> [String] {
        // The terminal's modes are given back while the last lines are on their way: what does that may stand before one of them.
        try output.replacing("\r\n", with: "\n").replacing(#/\u{1b}\[[?0-9;]*[A-Za-z]/#, with: "")
            .split(separator: "\n").filter { $0.hasPrefix("{\"") }
            .compactMap {
                line in
                var event = try #require(
                    try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
                let name = event["event"] as? String
                // The prompt's own; a file is warned about as a whole before it starts.
                guard name != "next", name != "notice", name != "warning",
                    event["command"] as? String != "quit"
                else {
                    return nil
                }
                for field in ["time", "file", "line", "place", "column", "seconds", "ms", "milliseconds"] {
                    event[field] = nil
                }
                let text = String(
                    decoding: try JSONSerialization.data(withJSONObject: event, options: [.sortedKeys]),
                    as: UTF8.self)
                return text.replacing(#/[0-9a-f]{8,}|npub1[0-9a-z]+/#, with: "ID")
                    .replacing(#/[0-9.]+s\b|127\.0\.0\.1:\d+|\d\d:\d\d:\d\d|[0-9]+ ms/#, with: "N")
            }
    }

    private func everyWay(_ text: String, _ options: [String]) async throws -> [[String]] {
        let arguments = options + ["--json", "--state-dir", state.path + "/state"]
        let file = state.path + "/script.pika"
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        let ways = [
            try await Pikachat.run(["run", file] + arguments, state: state).output,
            try await Pikachat.run(["shell"] + arguments, stdin: text + "\n", state: state).output,
            try await Pikachat.run(["shell", "-c", text] + arguments, state: state).output,
        ]
        let terminal = try Terminal(["shell"] + arguments, state: state)
        #expect(await terminal.waitFor("pika> "))
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            try terminal.type(line + "\r")
        }
        try terminal.type("quit\r")
        #expect(await terminal.exitStatus() >= 0, "\(terminal.text)")
        return try (ways + [terminal.text]).map(Self.events)
    }

    @Test("every construct", arguments: scripts.indices)
    func constructs(index: Int) async throws {
        let ways = try await everyWay(Self.scripts[index], [])
        #expect(!ways[0].isEmpty)
        for (name, way) in zip(["standard input", "-c", "the prompt"], ways.dropFirst()) {
            #expect(way == ways[0], "\(name): \(Self.scripts[index])")
        }
    }

    @Test("a conversation")
    func conversation() async throws {
        let ways = try await everyWay(
            "mock agent reply=pong\nspawn microvm as=a\nwait-keypackage\ngroup create name=talk\nsay hello\nexpect reply contains pong\nin a: state\nteardown",
            ["--mock"])
        let commands = ways.map { way in way.filter { $0.contains(#""event":"command""#) } }
        // Whether the answer comes before the line that expects it is the agent's affair.
        let replies = ways.map { way in way.filter { $0.contains(#""event":"reply""#) } }
        #expect(commands[0].count == 8 && replies[0].count == 1)
        for way in commands.dropFirst() { #expect(way == commands[0]) }
        for way in replies.dropFirst() { #expect(way == replies[0]) }
    }

    @Test(
        "do",
        arguments: [
            ("echo hi \"a  b\" x=y", ["echo", "hi", "a  b", "x=y"]),
            ("hint a within=1s", ["hint", "a", "within=1s"]), ("expect 1 < 2", ["expect", "1", "<", "2"]),
            ("sleep 1ms", ["sleep", "1ms"]), ("sh exit 0", ["sh", "exit", "0"]), ("jobs", ["jobs"]),
            ("try fail broken", ["try", "fail", "broken"]),
            ("fails mismatch: fail broken", ["fails", "mismatch:", "fail", "broken"]),
            ("if ok echo x: echo yes", ["if", "ok", "echo", "x:", "echo", "yes"]),
        ])
    func single(line: String, words: [String]) async throws {
        let file = try await Pikachat.run(["shell", "-c", line, "--json"], state: state)
        let single = try await Pikachat.run(["do", "--json"] + words, state: state)
        #expect(try Self.events(single.output) == Self.events(file.output), "\(single.error)\(file.error)")
        #expect(single.status == file.status)
    }
}
