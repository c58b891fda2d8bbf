import TestSupport
import Testing

@Suite("The command line")
struct CommandLineTests {
    @Test(
        "agent new --help tells of one provider what concerns it",
        arguments: [
            ("fly", ["--app", "FLY_API_TOKEN", "leaves it running"], ["--cpu", "--workers-url"]),
            (
                "workers", ["--workers-url", "PIKA_WORKERS_API_TOKEN", "leaves it running"],
                ["--cpu", "--app"]
            ),
            (
                "microvm", ["--keep", "PIKA_MICROVM_CREATE_TIMEOUT_SECS", "removes it"],
                ["--app", "FLY_API_TOKEN"]
            ),
        ] as [(String, [String], [String])])
    func providerHelp(provider: String, parts: [String], foreign: [String]) async throws {
        let result = try await Pikachat.run(["agent", "new", "--provider", provider, "--help"])
        #expect(result.status == 0)
        for part in parts { #expect(result.output.contains(part), "\(part): \(result.output)") }
        for part in foreign { #expect(!result.output.contains(part), "\(part): \(result.output)") }
        let all = try await Pikachat.run(["agent", "new", "--help"])
        for part in parts.dropLast() { #expect(all.output.contains(part), "\(part): \(all.output)") }
    }

    @Test(
        "errors name options as they were written",
        arguments: [
            (["--provider", "microvm", "--cpu", "65"], [:], "error: --cpu 65: a whole number from 1 to 64"),
            (
                ["--provider", "microvm"], ["PIKA_MICROVM_SPAWNER_URL": "foo"],
                "error: PIKA_MICROVM_SPAWNER_URL=foo: an address"
            ),
            (
                ["--provider", "workers", "--cpu", "2", "--app", "a"], [:],
                "fly options --app require --provider fly; microvm options --cpu require --provider microvm"
            ),
            (
                ["--provider", "workers", "--mock", "--name", "!!!"], [:],
                "is not a Workers agent name"
            ),
        ] as [([String], [String: String], String)])
    func optionErrors(arguments: [String], environment: [String: String], text: String) async throws {
        let result = try await Pikachat.run(["agent", "new"] + arguments, environment: environment)
        #expect(result.status == 2 && result.error.contains(text), "\(result.status) \(result.error)")
    }

    @Test("a name that cannot be used is told")
    func unusedName() async throws {
        let result = try await Pikachat.run([
            "agent", "new", "--provider", "microvm", "--mock", "--name", "x",
        ])
        #expect(
            result.status == 0 && result.error.contains("microvm agents have no names"), "\(result.error)")
    }

    @Test(
        "a mock refuses options that it would not heed",
        arguments: [
            (["relay", "--reply", "x"], "--reply"), (["workers", "--guest", "x"], "--guest"),
            (["agent", "--port", "1"], "--port"), (["all", "--owner", "x"], "--owner"),
        ] as [([String], String)])
    func mockOptions(arguments: [String], option: String) async throws {
        let result = try await Pikachat.run(["mock"] + arguments)
        #expect(result.status == 2 && result.error.contains("does not use \(option)"), "\(result.error)")
    }

    @Test("a failed teardown is tried again at the end, and what is left is status 6, also under try")
    func teardownAgain() async throws {
        let state = TemporaryDirectory()
        try "fault teardown status=500\nspawn microvm\nteardown\n".write(
            toFile: state.file("s.pika"), atomically: true, encoding: .utf8)
        let result = try await Pikachat.run(["run", "--mock", "s.pika"], state: state)
        #expect(result.status == 6)
        #expect(
            result.error.components(separatedBy: "failed to delete microvm").count == 3, "\(result.error)")
        for (faults, status) in [("times=2", Int32(0)), ("", 6)] {
            try "fault teardown status=500 \(faults)\nspawn microvm\ntry teardown\necho $error.code\n".write(
                toFile: state.file("s.pika"), atomically: true, encoding: .utf8)
            let tried = try await Pikachat.run(["run", "--mock", "s.pika"], state: state)
            #expect(tried.status == status && tried.output == "leak\n", "\(tried.error)")
            #expect(tried.error.contains("deleted after") == (status == 0), "\(tried.error)")
        }
    }

    @Test("another account's key package is refused for that")
    func foreignKeyPackage() async throws {
        let path = Vectors.repositoryRoot.appendingPathComponent("scripts/ci/foreign-keypackage.pika").path
        let result = try await Pikachat.run(["run", "--mock", "--log-level", "debug", path])
        #expect(
            result.status == 0 && result.error.contains("does not name the event's author"), "\(result.error)"
        )
    }
}
