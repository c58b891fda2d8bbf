import Testing
import Vocabulary

@testable import PikaShell

@Suite("--coverage", .timeLimit(.minutes(4)))
struct CoverageTests {
    @Test("what events show was exercised, the rest never was")
    func accounts() async throws {
        let suite = try await SuiteFolder(["a.pika": "echo a\ntry fail b", "b.pika": "step One"]).run()
        let coverage = Coverage([
            .init(
                "commands",
                ["echo", "fail", "sleep"].map { name in
                    .init(name) { $0.name == "command" && $0.fields["command"] == .text(name) }
                }),
            .init("steps", [.init("One") { $0.role == .heading }]),
        ])
        #expect(coverage.text(of: suite) == "commands: 2 of 3\n  never: sleep\nsteps: 1 of 1")
    }
}
