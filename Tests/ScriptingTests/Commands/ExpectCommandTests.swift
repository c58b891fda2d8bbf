import Synchronization
import Testing
import Vocabulary

@testable import Scripting

@Suite("expect", .timeLimit(.minutes(4)))
struct ExpectCommandTests {
    /// Keeps what it was asked for.
    private final class Subject: ExpectSubject {
        let name = "reply"
        let requirements: Set<Requirement> = [Requirement("group")]
        let results = [(name: "text", meaning: "what was said")]
        let senders: String? = "somebody's name"
        private let seen = Mutex<[String]>([])
        var asked: [String] { seen.withLock { $0 } }

        func problem(withSender name: String) -> String? { name == "nobody" ? "nobody says nothing" : nil }

        private static func text(_ origin: ExpectedFrom) -> String {
            (origin.isFromStart ? " from start" : "") + (origin.sender.map { " from \($0)" } ?? "")
        }

        func expect(
            _ test: TextTest, within limit: Duration, from origin: ExpectedFrom, in script: Interpreter
        )
            async throws -> [String: EventValue]
        {
            seen.withLock { $0.append("\(test) within \(limit.inSeconds)\(Self.text(origin))") }
            return ["text": .text("pong")]
        }

        func expectNone(for limit: Duration, from origin: ExpectedFrom, in script: Interpreter) async throws {
            seen.withLock { $0.append("none for \(limit.inSeconds)\(Self.text(origin))") }
        }
    }

    private func run(_ text: String, _ subject: Subject = Subject(), inputs: Inputs = Inputs()) async throws
        -> ScriptRun
    {
        try await ScriptRun.make(
            text, host: FakeHost(provided: [Requirement("group")]),
            catalogue: ScriptRun.catalogue + [ExpectCommand(subjects: [subject])], inputs: inputs)
    }

    @Test(
        "comparisons hold or not",
        arguments: [
            ("$n == 3", true), ("$n == 4", false), ("$n != 4", true), ("$n < 10", true), ("$n <= 3", true),
            ("$n > 3", false),
            ("$n >= 3", true), ("$t contains \"WORLD foo\"", true), ("$t contains bar", false),
            ("$t matches /^Hello\\s+world/", true), ("$t matches /^world/", false),
            ("$t == Hello  world foo", false),
            ("$t == \"Hello  world foo\"", true), ("$a == x y z", true), ("$t contains world foo", true),
        ])
    func comparisons(line: String, holds: Bool) async throws {
        let run = try await ScriptRun.make(
            "let n=3\nlet t=\"Hello  world foo\"\nlet a=\"x y z\"\nexpect \(line)")
        #expect((run.failure == nil) == holds, "\(run.failure?.message ?? "")")
        if !holds { #expect(run.failure?.code == .mismatch) }
    }

    @Test("a failure quotes both sides up to their 200th character")
    func message() async throws {
        let run = try await ScriptRun.make("env V\nexpect $V == \"b\"", inputs: Inputs(sets: ["V": "a"]))
        #expect(run.failure?.message == "\"a\" == \"b\" does not hold")
        let long = String(repeating: "x", count: 300)
        let other = try await ScriptRun.make("env V\nexpect $V == b$V", inputs: Inputs(sets: ["V": long]))
        #expect(
            other.failure?.message
                == "\"\(long.prefix(200))…\" == \"b\(long.prefix(199))…\" does not hold")
    }

    @Test("fields of JSON are compared with their digits")
    func json() async throws {
        let host = FakeHost { _ in
            ScriptHTTPResponse(
                status: 200, headers: [:], text: "{\"a\":[{\"n\":1.50,\"ok\":true}],\"none\":null}")
        }
        let run = try await ScriptRun.make(
            """
            http get http://h as=r
            expect $r.json.a.0.n == 1.50
            expect $r.json.a.0.n < 1.6
            expect $r.json.a.0.ok == yes
            expect $r.json.none == ""
            fails mismatch: expect $r.json.a.0.n == 1.5
            """, host: host)
        #expect(run.failure == nil, "\(run.failure?.message ?? "")")
    }

    @Test("a subject gets the test, the limit and whether to look back")
    func subjects() async throws {
        let subject = Subject()
        let run = try await run(
            """
            expect reply
            expect reply contains two words within=5s
            expect reply matches /a b/ from=start
            expect reply == "exactly"
            expect no reply
            expect no reply for=2s from=start
            echo $reply.text
            """, subject)
        #expect(run.failure == nil && run.printed == ["pong"], "\(run.failure?.message ?? "")")
        #expect(
            subject.asked == [
                "has any text within 30s", "contains \"two words\" within 5s",
                "matches /a b/ within 30s from start", "is \"exactly\" within 30s", "none for 5s",
                "none for 2s from start",
            ], "\(subject.asked)")
    }

    @Test("what a line tests is decided by what is written, never by the value of a variable")
    func written() async throws {
        let subject = Subject()
        let run = try await run(
            """
            env OPERATOR
            let name="reply"
            let no="no"
            expect $name == reply
            expect "reply" == $name
            expect $no == no
            expect reply contains $OPERATOR
            fails mismatch: expect $no == $name
            """, subject, inputs: Inputs(sets: ["OPERATOR": "== pong"]))
        #expect(run.failure == nil, "\(run.failure?.message ?? "")")
        #expect(subject.asked == ["contains \"== pong\" within 30s"])
    }

    @Test("an empty text to look for would accept anything", arguments: ["contains", "matches"])
    func empty(operation: String) async throws {
        let subject = Subject()
        let run = try await run("let x=\"\"\nexpect reply \(operation) $x", subject)
        #expect(run.failure?.code == .mismatch && subject.asked.isEmpty)
    }

    @Test(
        "what has no effect or no meaning is found before anything runs",
        arguments: [
            ("expect reply for=5s", "for= has no effect here"),
            ("expect $mock == x from=start", "from= has no effect"),
            ("expect no reply within=5s", nil), ("expect no", "expect no is written"),
            ("expect no reply now", "expect no is written"), ("expect no answer", "expect no is written"),
            ("expect reply is x", "does not know the test is"),
            ("expect reply contains", "needs something to compare"),
            ("expect reply matches /(/", "not a valid regular expression"),
            ("expect reply stable=1s", "no effect"),
            ("expect $mock == 1 within=1s", "no effect"),
            ("expect $mock matches /x/ within=1s", "cannot be repeated"),
            ("expect repyl == pong", "did you mean reply?"),
        ] as [(String, String?)])
    func refused(line: String, part: String?) async throws {
        let catalogue = ScriptRun.catalogue + [ExpectCommand(subjects: [Subject()])]
        let problems = ScriptRun.problems(
            line, catalogue: catalogue, context: .running(variables: ["mock"]))
        if let part {
            #expect(problems.contains { $0.contains(part) }, "\(problems)")
        } else {
            #expect(problems.isEmpty, "\(problems)")
            #expect(try await run(line).failure?.message == "expect no reply takes for=, not within=")
        }
    }

    @Test("it waits where a subject is awaited, and is completed accordingly")
    func description() {
        let command = ExpectCommand(subjects: [Subject()])
        let catalogue = CommandCatalogue.general + [command]
        #expect(command.choices(after: [], in: catalogue) == ["reply", "exit", "log", "http", "no"])
        #expect(command.choices(after: ["no"], in: catalogue) == ["reply", "exit", "log", "http"])
        #expect(command.choices(after: ["reply"], in: catalogue) == ["contains", "matches", "=="])
        #expect(command.choices(after: ["x"], in: catalogue) == [])
        #expect(
            ScriptRun.problems("expect reply", catalogue: catalogue, context: CheckContext(host: [])).count
                == 1)
        #expect(
            ScriptRun.problems("expect no reply", catalogue: catalogue, context: CheckContext(host: [])).count
                == 1)
    }

    @Test("from= says where to begin and whose count; what it cannot say is found before anything runs")
    func origins() async throws {
        let subject = Subject()
        let run = try await run(
            "let who=bob\nexpect reply from=start\nexpect reply from=alice\nexpect no reply from=start,$who for=1s",
            subject)
        #expect(run.failure == nil)
        #expect(
            subject.asked.map { $0.split(separator: " ").suffix(3).joined(separator: " ") } == [
                "30s from start", "30s from alice", "start from bob",
            ], "\(subject.asked)")
        for text in ["expect reply from=a,b", "expect reply from=nobody", "expect 1 == $mock from=start"] {
            await #expect(throws: Failure.self, "\(text)") { try await self.run(text) }
        }
        let late = try await self.run("let who=nobody\nexpect reply from=$who")
        #expect(late.failure?.message == "nobody says nothing" && late.failure?.code == .usage)
    }
}
