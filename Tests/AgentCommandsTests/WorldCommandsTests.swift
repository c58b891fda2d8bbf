import AgentCore
import AgentFakes
import Scripting
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import AgentCommands

@Suite("fault and mock", .timeLimit(.minutes(4)))
struct WorldCommandsTests {
    private actor Faults: FaultControl {
        private(set) var all: [FaultRule] = []
        func add(_ rule: FaultRule) { all.append(rule) }
        func clear() { all = [] }
        var rules: [(rule: FaultRule, injected: Int)] { all.map { ($0, 0) } }
    }

    private actor Settings: MockSettings {
        private(set) var all: [[String: String]] = []
        func configure(_ kind: String, _ values: [String: String]) {
            all.append(values.merging(["kind": kind]) { $1 })
        }
    }

    @Test("fault: every key reaches its rule; clear takes all away")
    func faults() async throws {
        let faults = Faults()
        var host = try FakeHost()
        host.faults = faults
        let sitting = Sitting(host)
        try await sitting.run("fault relay latency=2s jitter=500ms times=3 after=1 p=0.5 seed=7")
        try await sitting.run("fault spawn status=503 retry-after=4")
        try await sitting.run("fault agent dup")
        var first = FaultRule(.relay, .latency(.seconds(2), jitter: .milliseconds(500)))
        (first.times, first.after, first.probability, first.seed) = (3, 1, 0.5, 7)
        #expect(
            await faults.all == [
                first, FaultRule(.spawn, .status(503, retryAfter: 4)), FaultRule(.agent, .dup),
            ])
        #expect(await sitting.failure("fault \"clear\"")?.code == .usage)
        #expect(await faults.all.count == 3)
        try await sitting.run("fault clear")
        #expect(await faults.all.isEmpty)
        await host.close()
    }

    @Test(
        "fault: what a stage does not know is seen before anything runs",
        arguments: [
            ("fault rely dup", "there is no stage rely", "did you mean relay?"),
            ("fault spawn dup", "dup is not a fault of the stage spawn", "known: hang, reset, drop"),
            (
                "fault relay status", "status is not a fault of the stage relay",
                "known: hang, reset, drop, dup"
            ),
            ("fault boot latency", "latency is not a fault of the stage boot", "known: hang, drop"),
        ])
    func problems(line: String, message: String, hint: String) async throws {
        let sitting = Sitting(try FakeHost())
        let problem = sitting.problem(line)
        #expect(
            problem?.message == message && problem?.hints.contains(hint) == true,
            "\(String(describing: problem))")
        await sitting.host.close()
    }

    @Test("mock: what was given, in its own kind")
    func mock() async throws {
        let settings = Settings()
        var host = try FakeHost()
        host.mockSettings = settings
        let sitting = Sitting(host)
        try await sitting.run("mock microvm boot=3s")
        try await sitting.run("mock agent on=/ping/ reply=pong")
        let all = await settings.all
        #expect(
            all == [
                ["kind": "microvm", "boot": "3000ms"], ["kind": "agent", "on": "ping", "reply": "pong"],
            ])
        #expect(sitting.problem("mock fly")?.message == "there is no mock fly")
        #expect(sitting.problem("mock agent guest=x") != nil)
        await host.close()
    }

    @Test("outside of the mock world both are refused; a host says what it provides")
    func refused() async throws {
        var host = try FakeHost()
        let sitting = Sitting(host)
        for line in ["fault relay dup", "mock microvm boot=3s"] {
            #expect(await sitting.failure(line)?.code == .usage, "\(line)")
        }
        #expect(host.provided == [.anyGroup])
        host.faults = Faults()
        #expect(host.provided == [.anyGroup, .faults])
        host.mockSettings = Settings()
        #expect(host.provided == [.anyGroup, .faults, .mockWorld])
        await host.close()
    }
}
