import Foundation
import Mocks
import TestSupport
import Testing

@Suite("pikachat run")
struct RunCommandTests {
    private let state = TemporaryDirectory()

    private func script(
        _ text: String, _ arguments: [String] = ["--mock"], environment: [String: String] = [:]
    ) async throws -> Pikachat.Result {
        let path = state.file("test.pika")
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return try await Pikachat.run(
            ["run", "test.pika"] + arguments, environment: environment, state: state)
    }

    @Test("the demo runs against mocks")
    func demo() async throws {
        let demo = Vectors.repositoryRoot.appendingPathComponent("scripts/demo-microvm.pika").path
        let result = try await Pikachat.run(["run", demo, "--mock"], state: state)
        #expect(result.status == 0, "\(result.error)")
        #expect(result.output.contains("agent  echo: hello, please answer with the single word pong"))
        #expect(result.error.contains("deleted after"))
        // Nothing stays behind.
        let left = try FileManager.default.contentsOfDirectory(atPath: state.path).filter {
            $0.hasPrefix("pikachat-mock")
        }
        #expect(left.isEmpty)
    }

    static let outcomes: [(name: String, script: String, status: Int32, part: String)] = [
        ("fine", "echo hello", 0, "hello"),
        ("mismatch", "expect \"1\" == 2", 1, "does not hold"),
        ("usage", "ecko hello", 2, "did you mean echo?"),
        ("undefined", "echo $nothing", 2, "$nothing is not defined"),
        ("unclosed", "if $mock\necho x", 2, "this block is not closed"),
        ("quote", "echo \"open", 2, "closing quote is missing"),
        ("text key", "echo hi as=x timeout=5s", 0, "hi as=x timeout=5s"),
        ("require", "env TOKEN secret\nrequire TOKEN tool:no-such-tool", 3, "2 requirements are missing"),
        ("http", "http get http://127.0.0.1:1/ timeout=2s", 4, "connection refused"),
        ("retries", "http get http://127.0.0.1:1/ within=1s every=100ms", 4, "tries within 1s"),
        ("order", "say hello", 2, "needs an agent: run `spawn PROVIDER` first"),
        ("off machine", "http get http://example.com/", 2, "nothing leaves it"),
        ("fails", "fails usage: say hello\necho went on", 0, "went on"),
        ("fails not", "fails usage: echo fine", 1, "should have failed with usage"),
        ("try", "try http get http://127.0.0.1:1/\necho $error.code", 0, "unreachable"),
        ("soft", "soft expect \"1\" == 2\necho went on", 1, "went on"),
        ("skip", "skip not today\nfail never", 0, "skipped: not today"),
        ("fail", "fail on purpose", 1, "on purpose"),
        ("for", "for p in a,b\n  echo item $p\nend", 0, "item b"),
        ("repeat", "repeat 2\n  echo again\nend", 0, "again"),
        (
            "job", "start x \"sleep 0.3; exit 3\"\nhttp get http://127.0.0.1:1/ within=20s", 4,
            "job x ended with status 3"
        ),
        ("silence", "expect no reply", 2, "needs an agent"),
        ("defer unless", "let x=yes\nunless $x: echo no\ndefer unless $x: echo torn\necho end", 0, "end"),
        ("defer try", "defer try sh exit 3\necho end", 0, "end"),
        (
            "deep", String(repeating: "if $mock\n", count: 100) + String(repeating: "end\n", count: 100), 2,
            "nested more than"
        ),
        (
            "long condition", "if " + String(repeating: "not ", count: 5000) + "$mock: echo x", 2,
            "condition is too long"
        ),
        ("late usage", "spawn microvm\nsleep 5 minutes", 2, "sleep takes one time"),
        ("bad let", "let X=1", 2, "let is written"),
        ("bad attach", "attach zzz", 2, "not a public key"),
        ("ftp", "http get ftp://127.0.0.1/", 2, "not an http address"),
        ("block text", "echo \"\"\"\n  two\n  lines\n\"\"\"", 0, "two\nlines"),
        ("sh", "sh as=r printf '%s' out\necho got $r.text", 0, "got out"),
    ]

    @Test("ends with the status and words of the language", arguments: outcomes.map(\.name))
    func outcome(name: String) async throws {
        let wanted = try #require(Self.outcomes.first { $0.name == name })
        let result = try await script(wanted.script)
        #expect(result.status == wanted.status, "\(result.error)")
        #expect((result.output + result.error).contains(wanted.part), "\(result.output)\(result.error)")
    }

    @Test("a failing expectation says what came instead, and the VM is gone all the same")
    func failureFrame() async throws {
        let result = try await script(
            """
            mock agent on=/ping/ reply="Ping received."
            step Chat
            spawn microvm
            defer teardown
            wait-keypackage
            group create
            say ping
            expect reply contains pong within=1s
            """)
        #expect(result.status == 1)
        for part in [
            "error[mismatch]: 1 reply came within 1s, none contains \"pong\"",
            "--> test.pika:8:1   step \"Chat\"", "7 | say ping", "---- sent",
            "8 | expect reply contains pong within=1s", "^^^^^^", "= nearest: \"Ping received.\"",
        ] { #expect(result.error.contains(part), "\(result.error)") }
        #expect(result.error.contains("deleted after"))
    }

    @Test("a VM that nobody tears down is removed at the end, with a warning")
    func forgotten() async throws {
        let result = try await script("spawn microvm")
        #expect(result.status == 0)
        #expect(result.error.contains("add `defer teardown`") && result.error.contains("deleted after"))
    }

    @Test("keep=yes leaves the VM and says how to remove it")
    func keep() async throws {
        let result = try await script("spawn microvm keep=yes url=http://127.0.0.1:8080")
        #expect(result.status == 0)
        for part in [
            "alive (--keep)", "List VMs:   curl http://127.0.0.1:8080/vms",
            "Delete VM:  curl -X DELETE http://127.0.0.1:8080/vms/vm-",
        ] {
            #expect(result.error.contains(part), "\(result.error)")
        }
    }

    @Test("inputs: --set beats the environment beats .env beats the default; secrets stay masked")
    func inputs() async throws {
        try "A=dotenv\nB=dotenv\nC=dotenv\n".write(
            toFile: state.file(".env"), atomically: true, encoding: .utf8)
        let text = "env A=d\nenv B=d\nenv C=d\nenv D=d\nenv TOKEN secret\necho $A $B $C $D token $TOKEN"
        let result = try await script(
            text, ["--mock", "--set", "A=set"], environment: ["A": "env", "B": "env", "TOKEN": "sesame-open"])
        #expect(result.output == "set env dotenv d token ‹redacted›\n", "\(result.output)\(result.error)")
    }

    @Test("Ctrl-C ends the wait, cleans up and says so")
    func interrupt() async throws {
        try "spawn microvm\ndefer teardown\necho up\nsleep 60s".write(
            toFile: state.file("test.pika"), atomically: true, encoding: .utf8)
        for (number, status) in [(SIGINT, Int32(130)), (SIGTERM, 143)] {
            let running = try Pikachat.start(["run", "test.pika", "--mock"], state: state)
            #expect(await running.waitFor("up"))
            running.signal(number)
            let result = await running.finish(limit: .seconds(20))
            #expect(result.status == status, "\(result.error)")
            #expect(result.error.contains("deleted after"))
        }
    }

    @Test("a signal is heard however early it comes", arguments: 0..<8)
    func earlySignal(number: Int) async throws {
        try "sleep 60s".write(toFile: state.file("test.pika"), atomically: true, encoding: .utf8)
        let running = try Pikachat.start(["run", "test.pika", "--mock"], state: state)
        // The more the later: processor time that others get.
        for _ in 0..<number * 20 { await Task.yield() }
        running.signal(number % 2 == 0 ? SIGTERM : SIGINT)
        let result = await running.finish(limit: .seconds(20))
        #expect(result.status > 128, "\(result.status) \(result.error)")
    }

    @Test("stable= wants every try of that time to succeed")
    func stable() async throws {
        let server = try LoopbackServer()
        let answers = Answers()
        await server.start { stream in
            await HTTPExchange.serve(stream) { _ in
                await answers.next() == 1 ? ServerResponse(status: 200) : .error(500, "gone")
            }
        }
        let url = "http://127.0.0.1:\(server.port)/"
        let flickering = try await script("http get \(url) stable=500ms every=50ms")
        #expect(flickering.status == 4, "\(flickering.output)\(flickering.error)")
        await server.stop()
    }

    @Test("proxy variables do not get between us and this machine; half an answer is a broken connection")
    func transport() async throws {
        let server = try LoopbackServer()
        await server.start { stream in
            guard let request = try? await stream.read(maximum: 4096) else { return }
            let isHalf = String(decoding: request, as: UTF8.self).contains("/half")
            let answer =
                isHalf
                ? "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc"
                : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
            // The client may be gone; then there is nobody to answer.
            try? await stream.write(Array(answer.utf8))
        }
        let url = "http://127.0.0.1:\(server.port)"
        let proxies = ["http_proxy": "http://127.0.0.1:1", "all_proxy": "http://127.0.0.1:1"]
        let direct = try await script("http get \(url)/ as=r\necho $r.text", environment: proxies)
        #expect(direct.status == 0 && direct.output == "ok\n", "\(direct.error)")
        let half = try await script("http get \(url)/half")
        #expect(half.status == 4 && half.error.contains("was cut off"), "\(half.error)")
        await server.stop()
    }

    private actor Answers {
        private var count = 0
        func next() -> Int {
            count += 1
            return count
        }
    }

    @Test("a second process on the same state directory is told who holds it")
    func locked() async throws {
        try "sleep 60s".write(toFile: state.file("wait.pika"), atomically: true, encoding: .utf8)
        try "echo up\nsleep 60s".write(toFile: state.file("hold.pika"), atomically: true, encoding: .utf8)
        let holder = try Pikachat.start(["run", "hold.pika"], state: state)
        #expect(await holder.waitFor("up"))
        let result = try await Pikachat.run(["run", "wait.pika"], state: state)
        #expect(result.status == 3)
        #expect(
            result.error.contains("in use by pikachat with process id \(holder.processID)"),
            "\(result.error)")
        holder.signal(SIGTERM)
        _ = await holder.finish()
    }

    @Test("JSON lines, --until, --max-time, help of scripts and commands")
    func options() async throws {
        let json = try await script("echo hello", ["--mock", "--json"])
        let lines = json.output.split(separator: "\n").map { Data($0.utf8) }
        #expect(!lines.isEmpty)
        for line in lines { #expect(try JSONSerialization.jsonObject(with: line) is [String: Any]) }
        let until = try await script("echo one\necho two", ["--mock", "--until", "2"])
        #expect(until.output == "one\n" && until.status == 0)
        let bounded = try await script("sleep 60s", ["--mock", "--max-time", "200ms"])
        #expect(bounded.status == 5 && bounded.error.contains("--max-time"), "\(bounded.error)")
        let help = try await script("# What it does.\nenv CPU=1 help=\"virtual CPUs\"\necho x", ["--help"])
        #expect(
            help.output.contains("What it does.") && help.output.contains("CPU  virtual CPUs [default: 1]"),
            "\(help.output)")
        let check = try await Pikachat.run(["check", "test.pika"], state: state)
        #expect(check.status == 0 && check.output == "test.pika: 1 warning, at most 0s\n")
    }

    @Test(
        "the command line names the nearest word for every mistake",
        arguments: [
            (["rnu"], "did you mean run?"), (["run"], "needs a script"),
            (["run", "nofile.pika"], "no such file"), (["run", "--mok", "x"], "did you mean --mock?"),
            (["shell", "x"], "shell does not take a file"), (["run", "x", "--relay"], "needs a value"),
            (["run", "x", "--relay", "http://x"], "scheme is http"),
            (["agent", "nwe"], "agent new"), (["mock", "rely"], "no mock rely"),
            (["run", "-", "--color", "blue"], "auto, always or never"),
            (["agent", "new", "--provider", "microwm"], "did you mean microvm?"),
            (["agent", "new", "--provider", "microvm", "--cpu", "99"], "from 1 to 64"),
            (
                ["agent", "new", "--provider", "microvm", "--brain", "stub"],
                "does not go with --provider microvm"
            ),
            (["run", "x", "--mock", "--relay", "wss://relay.example"], "no such file"),
        ])
    func mistakes(arguments: [String], part: String) async throws {
        let result = try await Pikachat.run(arguments, state: state)
        #expect(result.status == 2)
        #expect(result.error.contains(part), "\(result.error)")
        #expect(result.output.isEmpty)
    }

    @Test("a shell on a pipe, and -c, behave as scripts")
    func shellAsScript() async throws {
        let piped = try await Pikachat.run(
            ["shell", "--mock"], stdin: "echo one\nexpect \"1\" == 2\necho three\n", state: state)
        #expect(piped.status == 1 && piped.output == "one\n", "\(piped.output)\(piped.error)")
        let commands = try await Pikachat.run(
            ["shell", "--mock", "-c", "let x=5", "-c", "echo $x"], state: state)
        #expect(commands.status == 0 && commands.output == "5\n", "\(commands.error)")
        let nothing = try await Pikachat.run(
            ["shell", "--mock"], stdin: "echo one\nnonsense\n", state: state)
        #expect(nothing.status == 2 && nothing.output.isEmpty, "nothing ran")
    }

    @Test("version and help")
    func help() async throws {
        let version = try await Pikachat.run(["--version"], state: state)
        #expect(version.output.hasPrefix("pikachat ") && version.status == 0)
        let help = try await Pikachat.run(["--help"], state: state)
        #expect(help.output.contains("wss://us-east.nostr.pikachat.org, wss://eu.nostr.pikachat.org"))
        let agent = try await Pikachat.run(["agent", "new", "--provider", "microvm", "--help"], state: state)
        for flag in [
            "--spawner-url", "--spawn-variant", "--flake-ref", "--dev-shell", "--cpu", "--memory-mb",
            "--ttl-seconds", "--keep",
        ] {
            #expect(agent.output.contains(flag), "\(flag)")
        }
    }

    @Test("looking back with from=start makes no read reply unread")
    func lookingBack() async throws {
        let state = TemporaryDirectory()
        try """
        spawn microvm
        defer teardown
        wait-keypackage within=20s
        group create
        say one
        expect reply == "echo: one" within=10s
        say two
        expect reply == "echo: two" within=10s
        expect reply == "echo: one" within=10s from=start
        expect no reply for=100ms
        """.write(toFile: state.file("back.pika"), atomically: true, encoding: .utf8)
        let result = try await Pikachat.run(["run", "back.pika", "--mock"], state: state)
        #expect(result.status == 0, "\(result.error)")
    }
}
