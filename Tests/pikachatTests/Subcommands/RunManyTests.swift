import Foundation
import TestSupport
import Testing

@Suite("pikachat run with several files", .timeLimit(.minutes(1)))
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
