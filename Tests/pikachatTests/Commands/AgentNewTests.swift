import Cryptography
import Foundation
import Mocks
import Nostr
import TestSupport
import Testing

@Suite("pikachat agent new --provider microvm", .serialized)
struct AgentNewTests {
    private let state = TemporaryDirectory()

    /// A spawner and a relay of the test, the binary as client.
    private func withWorld(_ body: (MockMicroVM, EmbeddedRelay) async throws -> Void) async throws {
        let relay = try EmbeddedRelay()
        await relay.start()
        var settings = MockMicroVM.Settings()
        settings.keepsRequests = true
        let spawner = try MockMicroVM(settings: settings, directory: state.path) { AgentTemplate() }
        await spawner.start()
        do { try await body(spawner, relay) } catch {
            await spawner.stop()
            await relay.stop()
            throw error
        }
        await spawner.stop()
        await relay.stop()
    }

    private func arguments(_ spawner: MockMicroVM, _ relay: EmbeddedRelay, _ more: [String] = []) -> [String]
    {
        [
            "agent", "new", "--provider", "microvm", "--spawner-url", spawner.url + "/", "--relay",
            relay.url.text,
        ] + more
    }

    @Test("sends the contract's request, chats from a pipe and deletes the VM")
    func request() async throws {
        try await withWorld { spawner, relay in
            let running = try Pikachat.start(
                arguments(
                    spawner, relay,
                    [
                        "--cpu", "2", "--memory-mb", "512", "--ttl-seconds", "600", "--spawn-variant",
                        "prebuilt", "--flake-ref", ".#nixpi",
                        "--dev-shell", "other",
                    ]),
                stdin: "hello\n", environment: ["ANTHROPIC_API_KEY": "sk-very-secret", "PI_MODEL": " "],
                state: state)
            let result = await running.finish()
            #expect(result.status == 0, "\(result.error)")
            let body = try #require(await spawner.createBodies.first)
            let json = try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any])
            #expect(
                Set(json.keys) == [
                    "flake_ref", "dev_shell", "cpu", "memory_mb", "ttl_seconds", "spawn_variant",
                    "guest_autostart",
                ])
            #expect(
                json["cpu"] as? Int == 2 && json["memory_mb"] as? Int == 512
                    && json["ttl_seconds"] as? Int == 600)
            #expect(
                json["spawn_variant"] as? String == "prebuilt" && json["flake_ref"] as? String == ".#nixpi"
                    && json["dev_shell"] as? String == "other")
            let autostart = try #require(json["guest_autostart"] as? [String: Any])
            #expect(autostart["command"] as? String == "bash /workspace/pika-agent/start-agent.sh")
            let env = try #require(autostart["env"] as? [String: String])
            #expect(
                Set(env.keys) == [
                    "PIKA_OWNER_PUBKEY", "PIKA_RELAY_URLS", "PIKA_BOT_PUBKEY", "ANTHROPIC_API_KEY",
                ], "blank values count as absent")
            #expect(env["PIKA_RELAY_URLS"] == relay.url.text && env["ANTHROPIC_API_KEY"] == "sk-very-secret")
            let files = try #require(autostart["files"] as? [String: String])
            #expect(
                Set(files.keys) == [
                    "workspace/pika-agent/start-agent.sh", "workspace/pika-agent/microvm-bridge.py",
                    "workspace/pika-agent/state/identity.json",
                ])
            let identity = try #require(
                try JSONSerialization.jsonObject(
                    with: Data((files["workspace/pika-agent/state/identity.json"] ?? "").utf8))
                    as? [String: String])
            #expect(identity["public_key_hex"] == env["PIKA_BOT_PUBKEY"])
            #expect(await spawner.ids.isEmpty)
            let secret = try #require(identity["secret_key_hex"])
            // Neither key nor token is in anything that was printed or kept.
            var kept = result.output + result.error
            for name in try FileManager.default.subpathsOfDirectory(atPath: state.path) {
                if let data = FileManager.default.contents(atPath: state.file(name)) {
                    kept += String(decoding: data, as: UTF8.self)
                }
            }
            #expect(!kept.contains("sk-very-secret") && !kept.contains(secret))
        }
    }

    @Test("Ctrl-C and SIGTERM delete the VM", arguments: [SIGINT, SIGTERM])
    func interrupt(number: Int32) async throws {
        try await withWorld { spawner, relay in
            let running = try Pikachat.start(arguments(spawner, relay), stdin: nil, state: state)
            #expect(
                await running.waitFor("Connected to microVM agent vm-", onError: true),
                "\(running.errorSoFar)")
            #expect(await spawner.ids.count == 1)
            running.signal(number)
            let result = await running.finish(limit: .seconds(20))
            #expect(result.status == 128 + number, "\(result.error)")
            #expect(await spawner.ids.isEmpty)
        }
    }

    @Test("--keep leaves the VM and says how to find and remove it")
    func keep() async throws {
        try await withWorld { spawner, relay in
            let result = try await Pikachat.run(arguments(spawner, relay, ["--keep"]), state: state)
            #expect(result.status == 0, "\(result.error)")
            let id = try #require(await spawner.ids.first)
            for line in [
                "Keeping microVM \(id) alive (--keep).", "List VMs:   curl \(spawner.url)/vms",
                "Delete VM:  curl -X DELETE \(spawner.url)/vms/\(id)",
            ] {
                #expect(result.error.contains(line), "\(result.error)")
            }
        }
    }

    @Test("Ctrl-C while the VM is being created waits for the answer and removes it")
    func interruptedCreation() async throws {
        try await withWorld { spawner, relay in
            await spawner.creations.close()
            let running = try Pikachat.start(arguments(spawner, relay), stdin: nil, state: state)
            #expect(await running.waitFor("Creating microVM", onError: true))
            await spawner.creationBegan()
            running.signal(SIGINT)
            #expect(await running.waitFor("answer is awaited in the background", onError: true))
            await spawner.creations.open()
            let result = await running.finish(limit: .seconds(20))
            #expect(result.status == 130, "\(result.error)")
            #expect(await spawner.ids.isEmpty)
            #expect(await spawner.creationsBegun == 1)
        }
    }

    @Test("a delete that is told to come back later does")
    func deleteRetries() async throws {
        try await withWorld { spawner, relay in
            await spawner.override(
                "DELETE", "/vms", with: ServerResponse(status: 503, fields: [("Retry-After", "0")]), times: 2)
            let result = try await Pikachat.run(arguments(spawner, relay), state: state)
            #expect(result.status == 0, "\(result.error)")
            #expect(await spawner.ids.isEmpty)
        }
    }

    @Test("SIGTERM at the prompt of a terminal tears down")
    func terminalTermination() async throws {
        try await withWorld { spawner, relay in
            let terminal = try Terminal(arguments(spawner, relay), state: state)
            #expect(await terminal.waitFor("you> "), "\(terminal.text)")
            #expect(
                try await terminal.enter("hello there", expecting: "pi> echo: hello there"),
                "\(terminal.text)")
            try terminal.type("\u{3}")
            #expect(await terminal.exitStatus() == 130, "\(terminal.text)")
            #expect(await spawner.ids.isEmpty)
        }
    }

    @Test("a failed delete is reported with the manual command, and status 6")
    func failedDelete() async throws {
        try await withWorld { spawner, relay in
            await spawner.override("DELETE", "/vms", with: .error(500, "disk on fire"))
            let result = try await Pikachat.run(arguments(spawner, relay), state: state)
            #expect(result.status == 6, "\(result.error)")
            #expect(
                result.error.contains("failed to delete microvm vm-")
                    && result.error.contains("500 Internal Server Error {\"error\":\"disk on fire\"}"),
                "\(result.error)")
            #expect(result.error.contains("manual cleanup: curl -X DELETE \(spawner.url)/vms/vm-"))
        }
    }

    static let answers: [(name: String, response: ServerResponse?, part: String)] = [
        ("500", .error(500, "no capacity"), "500 Internal Server Error {\"error\":\"no capacity\"}"),
        (
            "html", ServerResponse(status: 200, body: Array("<html>hello</html>".utf8)),
            "not what was expected"
        ),
        ("no id", ServerResponse(status: 200, body: Array(#"{"ip":"1.2.3.4"}"#.utf8)), "\"id\" is missing"),
        (
            "wrong type", ServerResponse(status: 200, body: Array(#"{"id":7,"ip":"1.2.3.4"}"#.utf8)),
            "wrong type at id"
        ),
        ("redirect", ServerResponse(status: 302, fields: [("Location", "http://example.com/")]), "302 Found"),
        ("cut", nil, "closed the connection without an answer"),
        (
            "hostile id", ServerResponse(status: 200, body: Array(#"{"id":"x/../y?z","ip":"1.2.3.4"}"#.utf8)),
            "is not a usable id"
        ),
        (
            "401",
            ServerResponse(
                status: 401, fields: [("WWW-Authenticate", "Basic realm=x")], body: Array("no".utf8)),
            "401 Unauthorized"
        ),
    ]

    @Test("a spawner that answers nonsense is told apart, with the hints", arguments: answers.map(\.name))
    func badAnswers(name: String) async throws {
        let answer = try #require(Self.answers.first { $0.name == name })
        try await withWorld { spawner, relay in
            await spawner.override("POST", "/vms", with: answer.response)
            let result = try await Pikachat.run(arguments(spawner, relay), state: state)
            #expect(result.status == 4, "\(result.error)")
            #expect(
                result.error.contains("failed to create microvm via vm-spawner at \(spawner.url): ")
                    && result.error.contains(answer.part), "\(result.error)")
            #expect(
                result.error.contains(
                    [
                        "500": "check its log",
                        "cut": "ensure vm-spawner is reachable (curl \(spawner.url)/healthz)",
                    ][name] ?? "set the spawner's address with PIKA_MICROVM_SPAWNER_URL"),
                "\(result.error)")
        }
    }

    @Test("what is no vm-spawner is found out before anything is created")
    func otherService() async throws {
        try await withWorld { spawner, relay in
            await spawner.override("GET", "/healthz", with: .error(404, "not found"))
            let result = try await Pikachat.run(arguments(spawner, relay), state: state)
            #expect(result.status == 4 && result.error.contains("is not a vm-spawner"))
            #expect(await spawner.creationsBegun == 0)
        }
    }

    @Test("an unreachable spawner is named with its URL and the hints")
    func unreachable() async throws {
        let result = try await Pikachat.run(
            [
                "agent", "new", "--provider", "microvm", "--spawner-url", "http://127.0.0.1:1", "--relay",
                "ws://127.0.0.1:1",
            ], state: state)
        #expect(result.status == 4)
        for part in [
            "failed to create microvm via vm-spawner at http://127.0.0.1:1: connection refused",
            "curl http://127.0.0.1:1/healthz", "just agent-microvm-tunnel",
        ] { #expect(result.error.contains(part), "\(result.error)") }
    }

    @Test("an agent that never shows up is a time-out that says where was looked, and the VM is deleted")
    func noKeyPackage() async throws {
        try await withWorld { spawner, relay in
            let slow = try MockMicroVM(directory: state.path) {
                var template = AgentTemplate()
                template.boot = .seconds(600)
                return template
            }
            await slow.start()
            try "spawn microvm url=\(slow.url)\ndefer teardown\nwait-keypackage within=1s".write(
                toFile: state.file("w.pika"), atomically: true, encoding: .utf8)
            let result = try await Pikachat.run(["run", "w.pika", "--relay", relay.url.text], state: state)
            #expect(result.status == 5, "\(result.error)")
            #expect(
                result.error.contains("no usable key package of npub1")
                    && result.error.contains("same relays: \(relay.url)"), "\(result.error)")
            #expect(await slow.ids.isEmpty)
            await slow.stop()
        }
    }

    @Test("faults act on real control planes only with --allow-faults")
    func liveFaults() async throws {
        try await withWorld { spawner, relay in
            try
                "fault spawn status=500 times=1\nfails unreachable: spawn microvm url=\(spawner.url)\necho survived"
                .write(
                    toFile: state.file("f.pika"), atomically: true, encoding: .utf8)
            let refused = try await Pikachat.run(["run", "f.pika", "--relay", relay.url.text], state: state)
            #expect(refused.status == 2 && refused.error.contains("--allow-faults"), "\(refused.error)")
            let allowed = try await Pikachat.run(
                ["run", "f.pika", "--allow-faults", "--relay", relay.url.text], state: state)
            #expect(allowed.status == 0 && allowed.output.contains("survived"), "\(allowed.error)")
            #expect(await spawner.creationsBegun == 0)
        }
    }

    @Test(
        "--print-script prints a script that checks and runs",
        arguments: [
            ["--provider", "microvm", "--cpu", "2"],
            [
                "--provider", "microvm", "--flake-ref", #".#nixpi "x" $HOME \"#, "--dev-shell", "#a'b",
                "--keep",
            ],
            ["--provider", "fly", "--name", "bob"], ["--provider", "workers", "--name", "My Bob!"],
        ])
    func printScript(_ options: [String]) async throws {
        let printed = try await Pikachat.run(["agent", "new"] + options + ["--print-script"], state: state)
        #expect(printed.status == 0, "\(printed.error)")
        #expect(printed.output.contains("defer teardown") == options.contains("--cpu"), "\(printed.output)")
        // Only who asks for it keeps something.
        #expect(printed.output.contains("keep=yes") == options.contains("--keep"), "\(printed.output)")
        #expect(!printed.output.split(separator: "\n").contains("keep"), "\(printed.output)")
        let result = try await Pikachat.run(["run", "-", "--mock"], stdin: printed.output, state: state)
        #expect(result.status == 0, "\(printed.output)\(result.error)")
    }

    @Test("an address that would carry a password is refused, and not shown")
    func passwordInAddress() async throws {
        for address in ["http://bob:hunter2@127.0.0.1:1", "http://127.0.0.1:1/?token=hunter2"] {
            let result = try await Pikachat.run(
                ["agent", "new", "--provider", "microvm", "--spawner-url", address], state: state)
            #expect(result.status == 2 && !result.error.contains("hunter2"), "\(result.error)")
        }
    }

    @Test("one signal in the chat removes the VM", arguments: [SIGTERM, SIGHUP, SIGINT])
    func signalInChat(_ number: Int32) async throws {
        let terminal = try Terminal(["agent", "new", "--provider", "microvm", "--mock"])
        #expect(await terminal.waitFor("you> "), "\(terminal.text)")
        terminal.signal(number)
        #expect(await terminal.exitStatus() == 128 + number, "\(terminal.text)")
        #expect(terminal.text.contains("deleted after"), "\(terminal.text)")
        #expect(!terminal.text.contains("skipped"), "\(terminal.text)")
    }

    @Test("Ctrl-C during creation, and the removal fails: that is told; a second one says what may be left")
    func interruptedTwice() async throws {
        try await withWorld { spawner, relay in
            await spawner.creations.close()
            await spawner.override("DELETE", "/vms", with: .error(500, "stuck"))
            let once = try Pikachat.start(arguments(spawner, relay), state: state)
            await spawner.creationBegan()
            once.signal(SIGINT)
            #expect(await once.waitFor("answer is awaited in the background", onError: true))
            await spawner.creations.open()
            let told = await once.finish()
            let id = try #require(await spawner.ids.first)
            #expect(told.status == 6, "\(told.error)")
            #expect(
                told.error.contains("failed to delete microvm \(id)")
                    && told.error.contains("curl -X DELETE \(spawner.url)/vms/\(id)"), "\(told.error)")

            await spawner.creations.close()
            let twice = try Pikachat.start(arguments(spawner, relay), state: TemporaryDirectory())
            #expect(await twice.waitFor("Creating microVM", onError: true))
            await spawner.creationBegan(2)
            twice.signal(SIGINT)
            #expect(await twice.waitFor("answer is awaited in the background", onError: true))
            twice.signal(SIGINT)
            let skipped = await twice.finish()
            #expect(skipped.status == 6, "\(skipped.error)")
            #expect(
                skipped.error.contains("cleanup was skipped")
                    && skipped.error.contains("pikachat agent sweep"),
                "\(skipped.error)")
        }
    }
}
