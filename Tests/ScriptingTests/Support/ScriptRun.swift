import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Scripting

/// One script, run to its end against a fake host.
struct ScriptRun {
    let host: FakeHost
    let interpreter: Interpreter
    let failure: Diagnostic?
    let end: ScriptEnd?
    let cleanup: [Diagnostic]

    /// What echo printed.
    var printed: [String] { host.events.filter { $0.name == "echo" }.map(\.text) }
    /// Names of the commands that ran.
    var commands: [String] {
        host.events.filter { $0.name == "command" }.compactMap { $0.fields["command"]?.description }
    }

    static let catalogue =
        CommandCatalogue.general + [
            FakeCommand("ok") { call, _ in ["id": .text(call.text)] }.described { $0.results = [("id", "")] },
            FakeCommand("bad") { call, _ in
                let code = FailureCode.standard.first { $0.name == call.words.first ?? "" } ?? .protocolError
                throw FailedCommand(
                    Failure(code, "bad \(call.text)"),
                    result: ["text": .text("partial"), "status": .number(7)])
            }.described { $0.results = [("text", ""), ("status", "")] },
            FakeCommand("switch") { call, script in
                (script.host as? FakeHost)?.switchSession(to: call.words[0])
                await script.set("vm", .record(["id": .text("vm-\(call.words[0])")]))
                return [:]
            }.described {
                $0.variables = ["vm"]
                $0.naming = Naming("session", creates: true)
                $0.results = [("id", "")]
            },
            FakeCommand("where") { _, script in
                var name = SessionScope.name
                if name == nil { name = await script.host.currentSession() }
                await script.emit(LogEvent("echo", [:], "in \(name ?? "none")"))
                return [:]
            },
        ]

    /// - Parameter check: fails the test for a script with mistakes.
    static func make(
        _ text: String, host: FakeHost = FakeHost(), catalogue: CommandCatalogue = catalogue,
        inputs: Inputs = Inputs(), until: Int? = nil
    ) async throws -> ScriptRun {
        let script: CheckedScript
        switch CheckedScript.make(
            Source(name: "t.pika", text: text), catalogue: catalogue,
            context: CheckContext(host: host.provided))
        {
        case .success(let checked): script = checked
        case .failure(let problems):
            throw Failure(.usage, problems.problems.map(\.message).joined(separator: "; "))
        }
        var settings = RunSettings()
        // On a machine under load any command may take long enough to tell what it does.
        settings.tellingPause = .seconds(3600)
        let interpreter = Interpreter(
            host: host, catalogue: catalogue, inputs: inputs, settings: settings)
        var (failure, end): (Diagnostic?, ScriptEnd?)
        do {
            try await interpreter.execute(script, until: until)
        } catch let stopped as ScriptEnd {
            end = stopped
        } catch let diagnostic as Diagnostic {
            failure = diagnostic
        }
        let cleanup = await interpreter.cleanUp()
        return ScriptRun(host: host, interpreter: interpreter, failure: failure, end: end, cleanup: cleanup)
    }

    /// The problems that check finds, `LINE:message` each.
    static func problems(
        _ text: String, catalogue: CommandCatalogue = catalogue, context: CheckContext = CheckContext()
    )
        -> [String]
    {
        switch CheckedScript.make(Source(name: "t.pika", text: text), catalogue: catalogue, context: context)
        {
        case .success: []
        case .failure(let found):
            found.problems.map { problem in
                ([problem.message] + problem.notes.map(\.text)).joined(separator: " | ")
            }
        }
    }
}
