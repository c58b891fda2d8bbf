import Foundation
import TestSupport
import Testing

/// What is cleaned up is gone, and what is not is told: the built binary against mocks.
@Suite("what is left at the end", .timeLimit(.minutes(5)))
struct CleanupTests {
    private let state = TemporaryDirectory()

    private func run(_ text: String, _ options: [String] = []) async throws -> Pikachat.Result {
        try text.write(toFile: state.file("s.pika"), atomically: true, encoding: .utf8)
        return try await Pikachat.run(["run", "s.pika", "--mock", "--json"] + options, state: state)
    }

    private func count(_ event: String, in result: Pikachat.Result) -> Int {
        result.output.split(separator: "\n").count { $0.contains("\"event\":\"\(event)\"") }
    }

    @Test("each deferred teardown is that of its own session")
    func bound() async throws {
        let result = try await run(
            "spawn fly as=a\ndefer teardown\nspawn fly as=b\ndefer teardown\nspawn microvm as=c\ndefer teardown"
        )
        #expect(result.status == 0, "\(result.error)")
        #expect(count("teardown.done", in: result) == 3, "\(result.output)")
    }

    @Test("a mixed fleet leaves nothing, and would say so")
    func fleet() async throws {
        let path = Vectors.repositoryRoot.appendingPathComponent("scripts/ci/fleet.pika").path
        let result = try await Pikachat.run(["run", path, "--mock", "--json"], state: state)
        #expect(result.status == 0, "\(result.error)")
        #expect(count("provision.done", in: result) == 9, "\(result.output)")
        #expect(count("teardown.done", in: result) == 6)
        let broken = try String(contentsOfFile: path, encoding: .utf8).replacing(
            "in $name-$provider: teardown", with: "echo none")
        let left = try await run(broken)
        #expect(left.status == 1, "\(left.output)")
    }

    @Test("a teardown that failed is tried once more at the end; what is left after that is 6")
    func failedTeardown() async throws {
        let healed = try await run("fault teardown status=500 times=2\nspawn microvm\ntry teardown")
        #expect(healed.status == 0 && count("teardown.done", in: healed) == 1, "\(healed.output)")
        let left = try await run("fault teardown status=500\nspawn microvm\ntry teardown\nfail because")
        #expect(left.status == 6 && count("teardown.done", in: left) == 0, "\(left.output)")
        let deferred = try await run("fault teardown status=500\nspawn microvm\ndefer teardown")
        #expect(deferred.status == 6, "\(deferred.output)")
        let typo = try await run("defer fail typo\necho fine")
        #expect(typo.status == 6, "\(typo.output)")
    }

    @Test("several files: the first one that failed counts")
    func keepGoing() async throws {
        for (name, text) in [
            ("good", "echo fine"), ("wrong", "fail so"), ("left", "fault teardown status=500\nspawn microvm"),
        ] {
            try text.write(toFile: state.file("\(name).pika"), atomically: true, encoding: .utf8)
        }
        for (files, status) in [
            (["good", "wrong", "left"], 1), (["left", "wrong"], 6), (["good", "good"], 0),
            (["good", "left"], 6),
        ] as [([String], Int32)] {
            let result = try await Pikachat.run(
                ["run", "--mock", "--keep-going"] + files.map { "\($0).pika" }, state: state)
            #expect(result.status == status, "\(files): \(result.error)")
        }
    }

    @Test(
        "Ctrl-C on a spawn that hangs gives the prompt back at once; what it made is removed before the end")
    func hungSpawn() async throws {
        let terminal = try Terminal(["shell", "--mock"], state: state)
        #expect(await terminal.waitFor("pika> "))
        #expect(try await terminal.enter("fault spawn latency=1500ms", expecting: "pika> "))
        #expect(try await terminal.enter("spawn microvm", expecting: "Creating microVM"))
        try terminal.type("\u{3}")
        #expect(await terminal.waitFor("awaited in the background"), "\(terminal.text)")
        #expect(try await terminal.enter("echo back already", expecting: "\r\nback already"))
        #expect(!terminal.text.contains("Deleting"))
        try terminal.type("quit\r")
        #expect(await terminal.exitStatus() == 0, "\(terminal.text)")
        #expect(terminal.text.contains("deleted after"), "\(terminal.text)")
    }

    @Test("a mock directory whose process was killed goes with the next run; one in use stays")
    func leftovers() async throws {
        let killed = try Pikachat.start(
            ["shell", "--mock"], stdin: "echo up\nsleep 60s\n", state: state)
        #expect(await killed.waitFor("up"))
        func directories() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: state.path).filter {
                $0.hasPrefix("pikachat-mock-")
            }
        }
        let first = try directories()
        #expect(first.count == 1)
        #expect(try await run("echo second").status == 0)
        #expect(try directories() == first)
        killed.signal(SIGKILL)
        _ = await killed.finish()
        #expect(try await run("echo third").status == 0)
        #expect(try directories().isEmpty)
    }

    @Test("children end with a program that is killed, daemons of their own session included")
    func killed() async throws {
        let text = """
            start job "echo $$ > leader; setsid sh -c 'echo $$ > daemon; exec sleep 600' & exec sleep 600"
            sh "until test -s daemon && test -s leader; do sleep 0.01; done"
            echo up
            sleep 60s
            """.replacing("$$", with: "\\$\\$")
        try text.write(toFile: state.file("s.pika"), atomically: true, encoding: .utf8)
        let program = try Pikachat.start(["run", "s.pika"], state: state)
        #expect(await program.waitFor("up"), "\(program.errorSoFar)")
        let ids = try ["leader", "daemon"].map { name in
            try #require(
                Int32(
                    String(contentsOfFile: state.file(name), encoding: .utf8).trimmingCharacters(
                        in: .newlines)))
        }
        #expect(ids.allSatisfy { kill($0, 0) == 0 })
        program.signal(SIGKILL)
        _ = await program.finish()
        let isGone = try await Program.run(
            [
                "sh", "-c",
                "for i in $(seq 200); do kill -0 \(ids[0]) 2>/dev/null || kill -0 \(ids[1]) 2>/dev/null || exit 0; sleep 0.05; done; exit 1",
            ],
            environment: ["PATH": "/usr/bin:/bin"])
        #expect(isGone.status == 0)
    }

    @Test("a reader that is slow gets every line")
    func slowReader() async throws {
        let result = try await Program.run(
            [
                "sh", "-c",
                "\(Pikachat.path) shell -c \"$SCRIPT\" --state-dir \(state.path)/s | (sleep 0.5; wc -l)",
            ],
            environment: Pikachat.environment(["SCRIPT": "repeat 30000\n  echo x\nend"], state: state))
        #expect(result.output.trimmingCharacters(in: .whitespacesAndNewlines) == "30000", "\(result.error)")
    }
}
