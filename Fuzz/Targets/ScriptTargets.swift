import AgentCore
import Providers
import Scripting

/// The `.pika` language and values on command lines.
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
        let catalogue = CommandCatalogue(providers: ProviderCatalogue.all(http: NoHTTP()))
        return [
            FuzzTarget("pika-script", seeds: [Array(script.utf8)]) { bytes in
                let script = try Parser.parse(String(decoding: bytes, as: UTF8.self), name: "fuzz")
                _ = Checker.check(script.statements, catalogue: catalogue)
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

    /// Descriptions need a client; nothing here sends.
    private struct NoHTTP: HTTPClient {
        func send(_ request: HTTPRequest) async throws -> HTTPResponse { throw CancellationError() }
    }
}
