import Vocabulary
import AgentCommands
import AgentCore
import Providers
import Scripting

/// The `.pika` language and command-line values.
extension Targets {
    static func scripts() throws -> [FuzzTarget] {
        let script = """
            env A=1 help="x"
            if $A == 1 and not ok http get http://127.0.0.1:1/
              say "q\\" $A" k=v # c
            else
              unless $A: defer expect reply matches /x/ within=5s
            end
            let t=\"\"\"
              two
            \"\"\"
            """
        let catalogue = CommandCatalogue.agents(ProviderCatalogue.all(http: NoHTTP()))
        return [
            FuzzTarget("pika-script", seeds: [Array(script.utf8)]) { bytes in
                let source = Source(name: "fuzz", text: String(decoding: bytes, as: UTF8.self))
                if case .failure(let problems) = CheckedScript.make(source, catalogue: catalogue) {
                    for problem in problems.problems { _ = DiagnosticRenderer.render(problem) }
                }
            },
            FuzzTarget("pika-format", seeds: [Array(script.utf8)]) { bytes in
                let source = Source(name: "fuzz", text: String(decoding: bytes, as: UTF8.self))
                do {
                    guard case .success(let text) = try ScriptFormatter.format(source, catalogue: catalogue)
                    else { return }
                    // The style is one: formatting again changes nothing.
                    let again = try ScriptFormatter.format(
                        Source(name: "fuzz", text: text), catalogue: catalogue
                    ).get()
                    precondition(again == text, "formatting again changes the script")
                } catch { preconditionFailure("formatting changes what the script means: \(error)") }
            },
            FuzzTarget("pika-fix", seeds: [Array((script + "\nlet unused=1\nspawn microvm").utf8)]) { bytes in
                let source = Source(name: "fuzz", text: String(decoding: bytes, as: UTF8.self))
                _ = ScriptFixer.fixed(source, catalogue: catalogue)
                _ = ScriptIndex(source, catalogue: catalogue).entries
            },
            FuzzTarget("parameters", seeds: bytes("2h", "512mb", "/re/")) { bytes in
                let text = String(decoding: bytes, as: UTF8.self)
                _ = try? ParameterValue(
                    text, for: Parameter("a", .duration(unit: .seconds, seconds: 0...100), ""))
                _ = try? ParameterValue(text, for: Parameter("a", .megabytes(0...100), ""))
                _ = try? ParameterValue(text, for: Parameter("a", .url, ""))
            },
        ]
    }

    /// The providers' descriptions require a client, but nothing is ever sent here.
    private struct NoHTTP: HTTPClient {
        func send(_ request: HTTPRequest) async throws -> HTTPResponse { throw CancellationError() }
    }
}
