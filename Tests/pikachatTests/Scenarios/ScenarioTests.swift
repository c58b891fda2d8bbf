import Foundation
import TestSupport
import Testing

/// The contract scenarios of scripts/ci. Each provider's run one after another, so that their times mean something.
enum Scenarios {
    static let scripts: [String] = {
        let folder = Vectors.repositoryRoot.appendingPathComponent("scripts/ci").path
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
            $0.hasSuffix(".pika")
        }.sorted()
    }()

    static func run(_ script: String, _ provider: String) async throws {
        let path = Vectors.repositoryRoot.appendingPathComponent("scripts/ci/\(script)").path
        let result = try await Pikachat.run(
            ["run", path, "--mock", "--set", "PROVIDER=\(provider)"], limit: .seconds(120))
        #expect(result.status == 0, "\(result.output)\(result.error)")
    }
}

@Suite("Contract scenarios: fly", .serialized)
struct FlyScenarioTests {
    @Test("holds", arguments: Scenarios.scripts)
    func scenario(script: String) async throws { try await Scenarios.run(script, "fly") }
}

@Suite("Contract scenarios: workers", .serialized)
struct WorkersScenarioTests {
    @Test("holds", arguments: Scenarios.scripts)
    func scenario(script: String) async throws { try await Scenarios.run(script, "workers") }
}

@Suite("Contract scenarios: microvm", .serialized)
struct MicroVMScenarioTests {
    @Test("holds", arguments: Scenarios.scripts)
    func scenario(script: String) async throws { try await Scenarios.run(script, "microvm") }
}

@Suite("Demo scripts")
struct DemoScriptTests {
    @Test("run against mocks, unchanged", arguments: ["demo-microvm", "demo-fly", "demo-workers"])
    func demo(name: String) async throws {
        let path = Vectors.repositoryRoot.appendingPathComponent("scripts/\(name).pika").path
        let result = try await Pikachat.run(["run", path, "--mock"])
        #expect(result.status == 0, "\(result.error)")
        #expect(Scenarios.scripts.count >= 15)
    }
}
