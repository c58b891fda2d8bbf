import Foundation
import TestSupport
import Testing

@Suite("--record and --replay", .timeLimit(.minutes(5)))
struct CassetteCommandTests {
    private let state = TemporaryDirectory()

    private static let talk =
        "env PROVIDER=microvm\nspawn $PROVIDER as=a\ndefer teardown\nwait-keypackage\ngroup create\nsay one\nexpect reply == \"pong one\"\nsay two\nexpect reply == \"pong two\"\necho id $a.id"

    private func write(_ text: String, to name: String = "t/a.pika") throws {
        try FileManager.default.createDirectory(atPath: state.file("t"), withIntermediateDirectories: true)
        try text.write(toFile: state.file(name), atomically: true, encoding: .utf8)
    }

    @Test("a recorded run is played without what made it so: answers of control planes, words of the agent")
    func suite() async throws {
        try write("only mock\nmock agent reply=\"pong {text}\"\n" + Self.talk)
        let matrix = ["--matrix", "PROVIDER=fly,workers,microvm"]
        let recorded = try await Pikachat.run(["test", "t", "--record", "c"] + matrix, state: state)
        #expect(recorded.status == 0, "\(recorded.output)")
        // Without the rule the mock agent would say something else.
        try write(Self.talk)
        let played = try await Pikachat.run(["test", "t", "--replay", "c"] + matrix, state: state)
        #expect(played.status == 0, "\(played.output)")
        #expect(
            try await Pikachat.run(["test", "t", "--time-scale", "0.1"] + matrix, state: state).status == 1)
    }

    @Test(
        "ids are the recorded ones; a request that was not recorded fails with the nearest; nothing leaves the machine"
    )
    func unrecorded() async throws {
        try write("mock agent reply=\"pong {text}\"\n" + Self.talk)
        let recorded = try await Pikachat.run(["run", "--mock", "t/a.pika", "--record", "c"], state: state)
        try write(Self.talk)
        let played = try await Pikachat.run(["run", "t/a.pika", "--replay", "c"], state: state)
        let id = { (text: String) in text.split(separator: "\n").first { $0.hasPrefix("id ") } }
        #expect(played.status == 0 && id(played.output) == id(recorded.output) && id(played.output) != nil)
        try write(Self.talk + "\nhttp post http://10.255.255.1/new body={}")
        let other = try await Pikachat.run(
            ["run", "t/a.pika", "--replay", "c"], state: state, limit: .seconds(30))
        #expect(
            other.status == 1 && other.error.contains("POST /new was not recorded in c/a"), "\(other.error)")
        #expect(other.error.contains("nearest: "))
    }

    @Test("mock microvm --from answers other programs")
    func server() async throws {
        try write("http get http://127.0.0.1:8080/healthz")
        #expect(
            try await Pikachat.run(["run", "--mock", "t/a.pika", "--record", "c"], state: state).status == 0)
        let server = try Pikachat.start(["mock", "microvm", "--from", "c/a"], state: state)
        #expect(await server.waitFor("ready http://127.0.0.1:"))
        let url = try #require(server.outputSoFar.split(separator: " ").last).trimmingCharacters(
            in: .whitespacesAndNewlines)
        try write("http get \(url)/healthz as=h\necho $h.text\nfails unreachable: http get \(url)/other")
        let asked = try await Pikachat.run(["run", "t/a.pika"], state: state)
        #expect(
            asked.output.contains("\"ok\":true") && asked.error.contains("501") == false,
            "\(asked.output)\(asked.error)")
        server.signal(SIGTERM)
        _ = await server.finish(limit: .seconds(20))
    }

    @Test(
        "what cannot be played is said before anything runs",
        arguments: [
            ["run", "t/a.pika", "--replay", "missing"], ["test", "t", "--replay", "c", "--record", "c"],
            ["test", "t", "--replay", "c", "--live"], ["mock", "fly", "--from", "missing"],
            ["mock", "fly", "--from", "missing", "--reply", "x"], ["mock", "relay", "--from", "c"],
        ])
    func refused(arguments: [String]) async throws {
        try write("echo a")
        let result = try await Pikachat.run(arguments, state: state, limit: .seconds(20))
        #expect(
            result.status == 2 && result.error.contains("error: "),
            "\(result.status) \(result.output)\(result.error)")
    }

    @Test("a cassette that cannot be written is a failure")
    func unwritable() async throws {
        try write("echo a")
        try "".write(toFile: state.file("file"), atomically: true, encoding: .utf8)
        for command in [["run", "--mock", "t/a.pika"], ["test", "t"]] {
            let result = try await Pikachat.run(command + ["--record", "file/x"], state: state)
            #expect(result.status == 3, "\(result.output)\(result.error)")
        }
    }
}
