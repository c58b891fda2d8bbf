import AgentCore
import AgentFakes
import Scripting
import TestSupport
import Vocabulary

@testable import AgentCommands

/// Lines typed one after the other at a host with agents.
struct Sitting: Sendable {
    let host: FakeHost
    let interpreter: Interpreter

    init(_ host: FakeHost) {
        self.host = host
        interpreter = Interpreter(
            host: host, catalogue: .agents(host.providers.descriptions), inputs: Inputs())
    }

    /// - Throws: `ScriptProblems`.
    func check(_ text: String) throws -> CheckedScript {
        try CheckedScript.make(
            Source(name: "t", text: text), catalogue: interpreter.catalogue,
            context: .running(variables: [])
        ).get()
    }

    /// - Returns: `$last`.
    @discardableResult
    func run(_ text: String) async throws -> [String: EventValue] {
        try await interpreter.execute(try check(text))
        guard case .record(let fields)? = await interpreter.value(of: "last") else { return [:] }
        return fields
    }

    /// What is wrong with the line, or what it fails with; nil when it does what it says.
    func failure(_ text: String) async -> Failure? {
        do {
            try await run(text)
            return nil
        } catch { return Failure(error) }
    }

    /// What is wrong with the line, before anything runs.
    func problem(_ text: String) -> Failure? {
        do {
            _ = try check(text)
            return nil
        } catch { return Failure(error) }
    }

    /// The rows that a command showed last.
    var rows: [String] {
        (host.recorded.texts(of: "result").last ?? "").split(separator: "\n").map(String.init)
    }
}
