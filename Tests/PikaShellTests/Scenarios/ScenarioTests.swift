import Foundation
import TestSupport
import Testing

/// The contract scenarios of scripts/ci, each against each provider's mock.
@Suite("Contract scenarios")
struct ScenarioTests {
    static let scripts: [String] = {
        let folder = Vectors.repositoryRoot.appendingPathComponent("scripts/ci").path
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".pika") }.sorted()
    }()

    @Test("holds", arguments: scripts, ["fly", "workers", "microvm"])
    func scenario(script: String, provider: String) async throws {
        let path = Vectors.repositoryRoot.appendingPathComponent("scripts/ci/\(script)").path
        let result = try await Pikachat.run(["run", path, "--mock", "--set", "PROVIDER=\(provider)"], limit: .seconds(120))
        #expect(result.status == 0, "\(result.output)\(result.error)")
    }

    @Test("there are at least fifteen, and every demo runs against mocks")
    func demos() async throws {
        #expect(Self.scripts.count >= 15)
        for name in ["demo-microvm", "demo-fly", "demo-workers"] {
            let path = Vectors.repositoryRoot.appendingPathComponent("scripts/\(name).pika").path
            let result = try await Pikachat.run(["run", path, "--mock"])
            #expect(result.status == 0, "\(name): \(result.error)")
        }
    }
}
