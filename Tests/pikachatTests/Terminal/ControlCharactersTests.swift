import Foundation
import Mocks
import Nostr
import TestSupport
import Testing

/// Text from outside that would steer a terminal, or look like ours: it comes out harmless, on lines of its own only where these are
/// indented.
@Suite("no text from outside steers the terminal or forges a line")
struct ControlCharactersTests {
    private let state = TemporaryDirectory()

    /// Everything that steers, and lines like ours; each line end is followed by something that a reader would take for ours.
    private static let steering =
        "\u{1b}[31m\u{1b}]0;t\u{7}\u{0}\u{8}\u{b}\u{c}\u{e}\u{7f}\u{85}\u{9b}2J\u{2028}\u{2029}\u{202e}\u{2066}\u{200f}\u{61c}\u{feff}"
    static let forgery =
        "x\n12:00:00 you    y\r\nerror: FORGED\rwarning: z\nhint: FORGED\n  --> FORGED:1:1\n"
    static let hostile = forgery + steering + "\nFORGED end"

    private static let allowed: Set<Unicode.Scalar> = ["\n", "\t"]

    private static func isSteering(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20: !allowed.contains(scalar)
        case 0x7f..<0xa0, 0x2028, 0x2029, 0x61c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: true
        default: false
        }
    }

    /// - Parameter isOwn: whether what a script asked to be shown may begin lines: `echo`, `sh`.
    private func expectHarmless(
        _ result: Pikachat.Result, _ what: String, isOwn: Bool = false,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for (place, text) in [("stdout", result.output), ("stderr", result.error)] {
            let found = Set(text.unicodeScalars.filter(Self.isSteering)).map { String($0.value, radix: 16) }
            #expect(
                found.isEmpty, "\(what): \(found) in \(place)\n\(text.debugDescription)",
                sourceLocation: sourceLocation)
            guard !isOwn else { continue }
            for line in text.split(separator: "\n") {
                let isForged = ["12:00:00 you", "error: FORGED", "hint: FORGED", "FORGED end", "warning: z"]
                    .contains {
                        line.hasPrefix($0)
                    }
                #expect(
                    !isForged && line != "  --> FORGED:1:1", "\(what): a line of ours in \(place): \(line)",
                    sourceLocation: sourceLocation)
            }
        }
        #expect(result.status != -1, "\(what) hangs", sourceLocation: sourceLocation)
    }

    private func run(
        _ arguments: [String], stdin: String = "", environment: [String: String] = [:]
    ) async throws -> Pikachat.Result {
        try await Pikachat.run(
            arguments, stdin: stdin, environment: environment, state: state, limit: .seconds(20))
    }

    @Test(
        "relays: OK, NOTICE, CLOSED, close reasons, refused handshakes",
        arguments: HostileRelay.Manner.allCases)
    func relays(manner: HostileRelay.Manner) async throws {
        let secret = "InputSierra52 \"said\" in a message"
        // The secret stands where our own limit cuts.
        let words = Self.hostile + String(repeating: "-", count: 100) + secret + secret + secret
        let relay = try await HostileRelay(manner, words: words)
        let script = [
            "env SECRET secret", "attach \(String(repeating: "7", count: 64))",
            "soft wait-keypackage within=300ms",
            "state", "soft decode \(String(repeating: "a", count: 64)) timeout=300ms",
        ].flatMap { ["-c", $0] }
        for form in [["--log-level", "trace"], ["--json"]] {
            let result = try await run(
                ["shell", "--relay", relay.url] + script + form, environment: ["SECRET": secret])
            expectHarmless(result, "\(manner)")
            #expect(
                !(result.output + result.error).contains("Sierra52"),
                "\(manner) \(result.output)\(result.error)")
        }
        if manner == .ok {
            expectHarmless(try await run(["doctor", "--relay", relay.url]), "doctor \(manner)")
        }
        await relay.stop()
    }

    @Test("what control planes answer", arguments: EchoServer.Manner.allCases)
    func controlPlanes(manner: EchoServer.Manner) async throws {
        let server = try await EchoServer(secrets: [Self.hostile])
        let relay = try EmbeddedRelay()
        await relay.start()
        let environment = [
            "PIKA_FLY_API_BASE_URL": server.url(manner), "PIKA_WORKERS_BASE_URL": server.url(manner),
            "PIKA_MICROVM_SPAWNER_URL": server.url(manner), "FLY_API_TOKEN": "tok",
            "ANTHROPIC_API_KEY": "key",
        ]
        let world = ["--relay", relay.url.text]
        let life = ["fly", "workers", "microvm"].flatMap {
            ["soft spawn \($0)", "soft wait-keypackage within=100ms", "vars", "state", "soft teardown"]
        }
        expectHarmless(
            try await run(["shell"] + life.flatMap { ["-c", $0] } + world, environment: environment),
            "\(manner)")
        for command in [["agent", "list"], ["doctor"]] {
            expectHarmless(try await run(command + world, environment: environment), "\(command) \(manner)")
        }
        let url = server.url(manner)
        let script = [
            "soft http get \(url)/x", "try http get \(url)/healthz as=r", "vars", "soft expect $r.text == 1",
            "soft fail $error.message", "hint $error.message", "step $error.message", "skip $error.message",
        ]
        expectHarmless(
            try await run(["shell"] + script.flatMap { ["-c", $0] } + world), "http \(manner)")
        await server.stop()
        await relay.stop()
    }

    @Test("replies, messages, names of groups")
    func conversation() async throws {
        try """
        mock agent reply=\(Self.quoted(Self.hostile))
        spawn microvm
        wait-keypackage
        group create name=\(Self.quoted("name " + Self.hostile))
        say \(Self.quoted("said " + Self.hostile))
        soft expect reply contains nothing-of-it within=2s
        expect reply contains FORGED
        messages
        vars
        state
        group list
        group state
        soft group use \(Self.quoted("other " + Self.hostile))
        soft expect no reply for=100ms from=start
        teardown
        """.write(toFile: state.file("s.pika"), atomically: true, encoding: .utf8)
        let result = try await run(["run", "s.pika", "--mock", "--log-level", "trace"])
        #expect(
            result.output.contains("agent  x\n                12:00:00 you    y\n"),
            "\(result.output)\(result.error)")
        expectHarmless(result, "conversation")
        let json = try await run(["run", "s.pika", "--mock", "--json"])
        expectHarmless(json, "conversation as JSON")
        for line in json.output.split(separator: "\n") { #expect(line.hasPrefix("{\""), "\(line)") }
    }

    @Test("chat of agent new")
    func chat() async throws {
        let world = try MockWorld(relays: nil, directory: state.path)
        await world.start()
        try await world.configure("agent", ["reply": Self.hostile])
        let environment = ["PIKA_WORKERS_BASE_URL": world.workers.url]
        let result = try await run(
            ["agent", "new", "--provider", "workers", "--relay", world.relay.url.text],
            stdin: "hello\n", environment: environment)
        expectHarmless(result, "chat")
        #expect(result.output.contains("pi> x\n    12:00:00 you    y\n"), "\(result.output)\(result.error)")
        await world.relay.refuse { $0.kind == .groupEvent ? "blocked: \(Self.hostile)" : nil }
        let refused = try await run(
            ["do", "say", "hello", "--relay", world.relay.url.text], environment: environment)
        await world.stop()
        #expect(refused.status == 4 && refused.error.contains("blocked"), "\(refused.error)")
        expectHarmless(refused, "a refused message")
    }

    @Test("at the prompt, above the line being typed")
    func prompt() async throws {
        let terminal = try Terminal(["shell", "--mock"], state: state)
        #expect(await terminal.waitFor("pika> "))
        for (line, part) in [
            ("mock agent reply=\(Self.quoted(Self.hostile))", "pika> "),
            ("spawn microvm", "next: wait-keypackage"),
            ("wait-keypackage", "next: group create"),
            ("group create name=\(Self.quoted(Self.hostile))", "next: say TEXT"), ("say hello", "agent  x"),
            ("messages", "agent  x\r\n    12:00:00 you    y"), ("group list", "members"),
            ("teardown", "deleted after"),
        ] {
            #expect(
                try await terminal.enter(line, expecting: part), "\(line): \(terminal.text.debugDescription)")
        }
        try terminal.type("quit\r")
        #expect(await terminal.exitStatus() == 0)
        let text = terminal.text
        for part in [
            "\u{1b}[31m", "\u{1b}]", "\u{9b}", "\u{85}", "\u{2028}", "\u{202e}", "\n12:00:00 you",
            "\nerror: FORGED",
            "\nhint: FORGED", "\nFORGED end",
        ] {
            #expect(!text.unicodeScalars.contains(Array(part.unicodeScalars)), "\(part.debugDescription)")
        }
    }

    @Test("jobs, programs, files, values, arguments")
    func ownWorld() async throws {
        let name = Self.hostile.replacing("\0", with: "").replacing("/", with: "")
        try "nonsense\u{1b}[31m \u{202e}\recho".write(
            toFile: state.file(name), atomically: true, encoding: .utf8)
        try Self.hostile.write(toFile: state.file("said.txt"), atomically: true, encoding: .utf8)
        let value = name
        let results = [
            try await run(["run", name]), try await run(["check", name]), try await run(["run", name + "x"]),
            try await run([name]), try await run(["--" + name]), try await run(["agent", "inspect", name]),
            try await run(["agent", "new", "--provider", name]), try await run(["agent", "new", name]),
            try await run(["run", "--set", name, "x"]), try await run(["doctor", "--relay", name]),
            try await run(["agent", "list", "--state-dir", state.path + "/" + name + "/x"]),
            try await run(
                ["agent", "list"],
                environment: ["PIKA_MICROVM_SPAWNER_URL": value, "PIKA_WORKERS_BASE_URL": value]),
            try await run(["shell", "-c", "env V oneof=a,b"], environment: ["V": value]),
            try await run([
                "shell", "-c", "start j cat said.txt; exit 3", "-c",
                "http get http://127.0.0.1:1/ within=10s",
            ]),
            try await run(["shell", "-c", "sh cat said.txt; exit 3"]),
            try await run(["shell", "-c", "require file:\(Self.quoted(name + "y"))"]),
            try await run(["shell", "-c", "source \(Self.quoted(name + "y"))"]),
            try await run(["mock", name]), try await run(["mock", "fly", "--port", name]),
            try await run(["do", name]), try await run(["help", name]),
        ]
        for (number, result) in results.enumerated() { expectHarmless(result, "number \(number)") }
        let own = try await run(
            [
                "shell", "-c", "sh cat said.txt", "-c", "start j cat said.txt; sleep 60", "-c",
                "sh sleep 0.2", "-c",
                "logs j", "-c", "env V", "-c", "echo $V",
            ], environment: ["V": value])
        expectHarmless(own, "what a script asked to see", isOwn: true)
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            // No value may hold one.
            case "\0": continue
            case "\"", "\\", "$": quoted += "\\\(scalar)"
            case "\n": quoted += "\\n"
            case _ where isSteering(scalar) || scalar == "\u{feff}":
                quoted += "\\u{\(String(scalar.value, radix: 16))}"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
