import Foundation
import TestSupport
import Testing

/// The contract scenarios of scripts/ci: every one for every provider, in one run.
@Suite("Contract scenarios", .timeLimit(.minutes(3)))
struct ScenarioTests {
    private static func scripts() throws -> [String] {
        let folder = Vectors.repositoryRoot.appendingPathComponent("scripts/ci").path
        return try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".pika") }
    }

    @Test("hold")
    func scenarios() async throws {
        let folder = Vectors.repositoryRoot.appendingPathComponent("scripts/ci").path
        let result = try await Pikachat.run(
            ["test", folder, "--matrix", "PROVIDER=fly,workers,microvm", "--max-time", "2m"],
            limit: .seconds(170))
        #expect(result.status == 0, "\(result.output)\(result.error)")
        let count = try Self.scripts().count
        #expect(count >= 15)
        // Workers have no delete, which the scenario about failing removals says itself.
        #expect(
            result.output.contains("\n\(count * 3 - 1) passed, 0 failed, 1 skipped, 0 flaky in "),
            "\(result.output)")
    }
}

@Suite("Demo scripts")
struct DemoScriptTests {
    @Test("run against mocks, unchanged", arguments: ["demo-microvm", "demo-fly", "demo-workers"])
    func demo(name: String) async throws {
        let path = Vectors.repositoryRoot.appendingPathComponent("scripts/\(name).pika").path
        let result = try await Pikachat.run(["run", path, "--mock"])
        #expect(result.status == 0, "\(result.error)")
    }

    private static let hasPython = ["/usr/bin/python3", "/usr/local/bin/python3"]
        .contains { FileManager.default.isExecutableFile(atPath: $0) }

    @Test(
        "run through a real guest: its start script, this program as its daemon, the bridge as its brain",
        .enabled(if: hasPython, "skipped: the guest's bridge needs python3"))
    func guest() async throws {
        let path = Vectors.repositoryRoot.appendingPathComponent("scripts/demo-microvm.pika").path
        let result = try await Pikachat.run(["run", path, "--mock", "--set", "GUEST=self"])
        #expect(result.status == 0, "\(result.error)")
        let state = TemporaryDirectory()
        try """
        mock microvm guest=self
        mock agent on=/it.s/ reply="rule: {text}"
        spawn microvm
        defer teardown
        wait-keypackage
        group create
        say it's me
        expect reply == "rule: it's me"
        """.write(toFile: state.file("guest.pika"), atomically: true, encoding: .utf8)
        let rules = try await Pikachat.run(["run", "guest.pika", "--mock"], state: state)
        #expect(rules.status == 0, "\(rules.error)")
    }
}
