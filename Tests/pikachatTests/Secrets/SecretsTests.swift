import AgentCore
import Foundation
import Mocks
import Nostr
import TestSupport
import Testing

/// Servers that give away every secret they know, in every place of an answer; the binary must show and store none of it.
@Suite("no secret in output, files or arguments")
struct SecretsTests {
    private let state = TemporaryDirectory()
    private var directory: String { state.path + "/pikachat" }

    init() throws {
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let key = try #require(Canaries.identityKey)
        try write(Identity.json(for: key), to: "pikachat/identity.json")
    }

    private func write(_ text: String, to name: String) throws {
        let made = FileManager.default.createFile(
            atPath: state.file(name), contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        try #require(made)
    }

    private func run(
        _ arguments: [String], stdin: String = "", environment: [String: String] = [:]
    ) async throws -> Pikachat.Result {
        try await Pikachat.run(
            arguments, stdin: stdin, environment: Canaries.variables.merging(environment) { $1 },
            state: state, limit: .seconds(20))
    }

    /// Looks for every canary, and for the keys of bots, in what was printed and in every file but those that hold a secret on purpose.
    private func expectClean(
        _ results: [Pikachat.Result], _ what: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        var texts = results.enumerated().flatMap { number, result in
            [("stdout \(number)", result.output), ("stderr \(number)", result.error)]
        }
        for name in FileManager.default.enumerator(atPath: directory)?.compactMap({ $0 as? String }) ?? []
        where name != "identity.json" {
            guard let data = FileManager.default.contents(atPath: "\(directory)/\(name)") else { continue }
            texts.append((name, String(decoding: data, as: UTF8.self)))
        }
        for (place, text) in texts {
            let forms = Canary.forms(of: text)
            for canary in Canaries.all {
                let traces = canary.traces(in: forms)
                #expect(
                    traces.isEmpty, "\(what): \(canary.name) in \(place): \(traces)\n\(text.prefix(4000))",
                    sourceLocation: sourceLocation)
            }
        }
        for result in results {
            #expect(result.status != -1, "\(what) hangs", sourceLocation: sourceLocation)
        }
    }

    // MARK: Control planes

    private static let address = [
        "fly": "PIKA_FLY_API_BASE_URL", "workers": "PIKA_WORKERS_BASE_URL",
        "microvm": "PIKA_MICROVM_SPAWNER_URL",
    ]

    private func addresses(_ server: EchoServer, _ manner: EchoServer.Manner) -> [String: String] {
        Dictionary(uniqueKeysWithValues: Self.address.values.map { ($0, server.url(manner)) })
    }

    /// - Parameter body: gets a control plane that knows these secrets, and the address of a relay.
    private func withServer(_ known: [Canary], _ body: (EchoServer, String) async throws -> Void) async throws
    {
        let relay = try EmbeddedRelay()
        await relay.start()
        let server = try await EchoServer(secrets: known.map(\.value))
        let result: Result<Void, any Error>
        do { result = .success(try await body(server, relay.url.text)) } catch { result = .failure(error) }
        await server.stop()
        await relay.stop()
        try result.get()
    }

    /// Something of each provider in the ledger.
    private func fillLedger(_ server: EchoServer, _ manner: EchoServer.Manner) throws {
        let base = server.url(manner)
        let rows = [
            ("fly", "machine", "\(base)/v1/apps/pika-bot"), ("workers", "agent", base),
            ("microvm", "vm", base),
        ]
        let lines = rows.flatMap { provider, kind, url in
            [
                #"{"change":"created","id":"fine-1","key":"\#(provider)-\#(kind)-aaaaaaaa","kind":"\#(kind)","provider":"\#(provider)","time":1700000000000,"url":"\#(url)"}"#,
                #"{"change":"intent","deadline":1700000010000,"key":"\#(provider)-\#(kind)-bbbbbbbb","kind":"\#(kind)","marks":{"id":"agent-b"},"provider":"\#(provider)","time":1700000000000,"url":"\#(url)"}"#,
            ]
        }
        try write(lines.joined(separator: "\n") + "\n", to: "pikachat/ledger.ndjson")
    }

    @Test("agent new and spawn", arguments: EchoServer.Manner.allCases)
    func agents(manner: EchoServer.Manner) async throws {
        try await withServer(Canaries.ofProcess) { server, relay in
            let addresses = addresses(server, manner)
            var results: [Pikachat.Result] = []
            let script = Self.address.keys.sorted().flatMap {
                ["soft spawn \($0)", "vars", "state", "agents", "soft teardown"]
            }
            var commands = [["shell"] + script.flatMap { ["-c", $0] }]
            // A good answer leads to a long wait for the key package.
            if [.error, .cut, .id].contains(manner) {
                commands += Self.address.keys.sorted().map { ["agent", "new", "--provider", $0] }
            }
            for command in commands {
                results.append(
                    try await run(
                        command + ["--relay", relay, "--log-level", "trace"], environment: addresses))
            }
            try expectClean(results, "\(manner)")
        }
    }

    @Test("agent list, inspect, sweep, delete, doctor", arguments: EchoServer.Manner.allCases)
    func resources(manner: EchoServer.Manner) async throws {
        try await withServer(Canaries.ofProcess) { server, relay in
            let addresses = addresses(server, manner)
            try fillLedger(server, manner)
            var results: [Pikachat.Result] = []
            var commands = [["agent", "sweep", "--yes", "--json"], ["doctor", "--log-level", "trace"]]
            if [.fields, .error, .cut].contains(manner) {
                commands =
                    [
                        ["agent", "list"], ["agent", "inspect", "fine-1"], ["agent", "sweep"],
                        ["agent", "delete", "fine-1", "--url", server.url(manner)],
                    ] + commands
            }
            for command in commands {
                results.append(try await run(command + ["--relay", relay], environment: addresses))
            }
            try expectClean(results, "\(manner)")
        }
    }

    // MARK: Scripts

    @Test("http in scripts", arguments: EchoServer.Manner.allCases)
    func http(manner: EchoServer.Manner) async throws {
        try await withServer(Canaries.all) { server, relay in
            let script = """
                env SECRET secret
                let url=\(server.url(manner))
                try http get $url/a header="Authorization: Bearer $SECRET" as=r
                echo $error.message
                try http post $url/vms body=$SECRET as=p
                echo $error.message
                vars
                try http get $url/healthz within=300ms every=100ms as=h
                soft expect $SECRET == other
                fails: http put $url/x body=$SECRET status=207
                history
                try save saved-\(manner)
                echo $SECRET
                http post "$url/$SECRET?q=$SECRET" body="{\\"a\\":\\"$SECRET\\"}" as=q
                echo $q.text and $q.json
                """
            try write(script, to: "s.pika")
            var results: [Pikachat.Result] = []
            for form in manner == .error
                ? [["--json"], ["--log-level", "trace"]] : [["--log-level", "trace"]]
            {
                results.append(
                    try await run(
                        ["run", "s.pika", "--relay", relay] + form,
                        environment: ["SECRET": Canaries.input.value]))
            }
            try expectClean(results, "\(manner)")
        }
    }

    private enum WayIn: String, CaseIterable, Sendable { case set, environment, dotenv, file }

    @Test("a secret input, whichever way it comes in", arguments: WayIn.allCases)
    private func inputs(way: WayIn) async throws {
        let value = Canaries.input.value
        var arguments = ["run", "s.pika", "--relay", "ws://127.0.0.1:1", "--log-level", "trace"]
        var environment: [String: String] = [:]
        switch way {
        case .set: arguments += ["--set", "SECRET=\(value)"]
        case .environment: environment["SECRET"] = value
        case .dotenv: try write("SECRET='\(value)'\n", to: ".env")
        case .file:
            // An editor leaves blanks and line ends.
            try write(" \(value) \r\n", to: "secret.txt")
            environment["SECRET_FILE"] = state.file("secret.txt")
        }
        try write(
            #"""
            env SECRET secret
            echo $SECRET
            step "about $SECRET"
            let copy=$SECRET
            vars
            soft expect $SECRET == other
            soft expect "$SECRET$SECRET$SECRET$SECRET" == other
            soft fail "because of $SECRET"
            sh "printf '%s' \"\$SECRET\""
            sh "printf '%s\\n' \$SECRET"
            sh "printf '%s' \"\$SECRET\" | base64 -w 20"
            try sh "printf '%s\\n' \"\$SECRET\"; exit 3"
            echo $error.message
            try sh $SECRET
            start job "printf '%s\\n' \"\$SECRET\"; sleep 60"
            sh sleep 0.1
            logs job
            stop job
            try http get "http://127.0.0.1:1/$SECRET"
            soft attach $SECRET
            hint "say $SECRET"
            skip "for $SECRET"
            """#, to: "s.pika")
        environment["SECRET"] = environment["SECRET"] ?? (way == .set ? value : nil)
        let results = [
            try await run(arguments, environment: environment),
            try await run(arguments + ["--json"], environment: environment),
        ]
        try expectClean(results, way.rawValue)
    }

    @Test("a secret that is not one of the allowed values")
    func choices() async throws {
        let result = try await run(
            ["shell", "-c", "env SECRET secret oneof=a,b"], environment: ["SECRET": Canaries.input.value])
        #expect(result.status == 2 && result.error.contains("is not one of a, b"), "\(result.error)")
        try expectClean([result], "oneof")
    }

    @Test("credentials that nothing has asked for yet")
    func untouched() async throws {
        try write("echo \(Canaries.workersToken.value)\nnonsense", to: "wrong.pika")
        let results = [
            try await run(["shell", "-c", "env PIKA_WORKERS_API_TOKEN", "-c", "echo $PIKA_WORKERS_API_TOKEN"]
            ),
            try await run(["shell", "-c", "sh env"]),
            try await run(["shell", "-c", "start j env", "-c", "sh sleep 0.2", "-c", "logs j"]),
            try await run(["run", "wrong.pika"]), try await run(["check", "wrong.pika"]),
            try await run(["do", "echo", Canaries.anthropic.value]),
            try await run(["shell", "-c", "sh cat \(directory)/identity.json"]),
            try await run(["agent", "new", "--print-script", "--name", Canaries.flyToken.value]),
            try await run(["agent", "new", Canaries.flyToken.value]),
            try await run(["agent", "inspect", Canaries.flyToken.value]),
        ]
        try expectClean(results, "untouched")
    }

    @Test("history keeps no line with a secret, not even one typed before it was known")
    func history() async throws {
        try write("echo one\necho \(Canaries.input.value)\necho two\n", to: "pikachat/history")
        let saved = state.file("pikachat/saved.txt")
        let result = try await run(
            ["shell", "-c", "env SECRET secret", "-c", "history", "-c", "save \(saved)"],
            environment: ["SECRET": Canaries.input.value])
        #expect(result.output.contains("echo one") && result.output.contains("echo two"), "\(result.error)")
        try FileManager.default.removeItem(atPath: state.file("pikachat/history"))
        try expectClean([result], "history")
    }

    @Test("no argument of a child holds a secret")
    func arguments() async throws {
        let out = state.file("ps.txt")
        let result = try await run(
            [
                "shell", "-c", "env SECRET secret", "-c",
                #"sh "tr '\\0' '\\n' < /proc/\$\$/cmdline > \#(out); : $SECRET""#,
            ], environment: ["SECRET": "plainSierra52value"])
        let text = FileManager.default.contents(atPath: out).map { String(decoding: $0, as: UTF8.self) } ?? ""
        #expect(text.contains("sh"), "\(result.error)")
        #expect(!text.contains("Sierra52"), "\(text)")
    }
}
