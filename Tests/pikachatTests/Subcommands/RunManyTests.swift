import Foundation
import TestSupport
import Testing

@Suite("pikachat run with several files", .timeLimit(.minutes(5)))
struct RunManyTests {
    private let state = TemporaryDirectory()

    private func write(_ scripts: [String: String]) throws {
        for (name, text) in scripts {
            try text.write(toFile: state.file(name), atomically: true, encoding: .utf8)
        }
    }

    @Test("the first failure ends it; with --keep-going it is the status all the same")
    func keepGoing() async throws {
        try write(["a": "fail one", "b": "echo two", "c": "http get http://127.0.0.1:1/"])
        let stopped = try await Pikachat.run(["run", "a", "b"], state: state)
        #expect(stopped.status == 1 && stopped.output == "")
        let all = try await Pikachat.run(["run", "b", "a", "c", "b", "--keep-going"], state: state)
        #expect(all.status == 1 && all.output == "two\ntwo\n", "\(all.error)")
    }

    @Test("a mistake in one of them, and nothing runs")
    func mistakes() async throws {
        try write(["a": "echo one", "b": "nonsense", "c": "echo $nothing"])
        let result = try await Pikachat.run(["run", "a", "b", "c", "--keep-going"], state: state)
        #expect(result.status == 2 && result.output == "")
        #expect(result.error.contains("nonsense") && result.error.contains("$nothing"))
    }

    @Test("a signal asks for the end of all")
    func interrupted() async throws {
        try write(["a": "echo up\nsleep 50s", "b": "echo two"])
        let running = try Pikachat.start(["run", "a", "b", "--keep-going"], state: state)
        #expect(await running.waitFor("up"))
        running.signal(SIGTERM)
        let result = await running.finish(limit: .seconds(30))
        #expect(result.status == 143 && result.output == "up\n", "\(result.output)\(result.error)")
    }

    @Test(
        "options that mean nothing are refused before anything runs",
        arguments: [
            ["--max-time", "0"], ["--max-time", "soon"], ["--until", "0"], ["--until", "x"],
            ["--until", "9"],
            ["--set", "NOBODY=1"],
        ])
    func meaningless(options: [String]) async throws {
        try write(["a": "echo one"])
        let result = try await Pikachat.run(["run", "a"] + options, state: state)
        #expect(result.status == 2 && result.output == "" && !result.error.isEmpty, "\(result.output)")
    }

    @Test("the end of the output's reader is the end of the run, after its cleanup")
    func readerGone() async throws {
        try write(["a": "defer sh touch cleaned\nrepeat 20000\n  echo x\nend\nsh touch never"])
        let result = try await Program.run(
            ["bash", "-c", "cd \"$HOME\"; \(Pikachat.path) run a | head -1; exit ${PIPESTATUS[0]}"],
            environment: Pikachat.environment(state: state))
        #expect(result.status == 128 + SIGPIPE && result.output == "x\n", "\(result.error)")
        #expect(FileManager.default.fileExists(atPath: state.file("cleaned")))
        #expect(!FileManager.default.fileExists(atPath: state.file("never")))
    }

    @Test("scripts come from standard input and from pipes, too")
    func pipes() async throws {
        let dash = try await Pikachat.run(["run", "-"], stdin: "echo dash\n", state: state)
        #expect(dash.status == 0 && dash.output == "dash\n", "\(dash.error)")
        let pipe = try await Pikachat.run(["run", "/dev/stdin"], stdin: "echo pipe\n", state: state)
        #expect(pipe.status == 0 && pipe.output == "pipe\n", "\(pipe.error)")
    }

    @Test("a file of a secret that cannot be read is a missing requirement")
    func secretFile() async throws {
        try write(["a": "env TOKEN secret\necho one"])
        let result = try await Pikachat.run(
            ["run", "a"], environment: ["TOKEN_FILE": "/nonexistent"], state: state)
        #expect(result.status == 3 && result.output == "", "\(result.error)")
    }

    @Test("in the mock world only a relay of this machine may be named")
    func mockRelay() async throws {
        try write(["a": "echo one"])
        let result = try await Pikachat.run(
            ["run", "a", "--mock", "--relay", "wss://relay.example"], state: state)
        #expect(result.status == 2 && result.output == "")
        #expect(result.error.contains("with --mock nothing leaves it"), "\(result.error)")
    }

    @Test("a family of commands explains itself", arguments: ["--help", "-h"])
    func family(option: String) async throws {
        let result = try await Pikachat.run(["agent", option], state: state)
        #expect(result.status == 0 && result.output.contains("agent sweep"), "\(result.error)")
        #expect(!result.output.contains("doctor"))
    }
}
