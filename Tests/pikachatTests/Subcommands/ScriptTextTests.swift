import AgentCore
import Providers
import Testing

@testable import pikachat

@Suite("the script that agent new is")
struct ScriptTextTests {
    private func text(given: [String: String] = [:], name: String? = nil, removes: Bool = true) throws
        -> ScriptText
    {
        let provider = try #require(
            ProviderCatalogue.all(http: CurlHTTPClient()).first { $0.name == "microvm" })
        return ScriptText(provider: provider, given: given, name: name, removes: removes)
    }

    @Test("what was given, by name and quoted where it must be")
    func pipeline() throws {
        #expect(try text().pipeline == "spawn microvm\nwait-keypackage\ngroup create")
        let given = try text(given: ["memory-mb": "512", "cpu": "2"], name: "night $hift")
        let line = given.pipeline.split(separator: "\n")[0]
        #expect(line.hasPrefix("spawn microvm cpu=") && line.contains(" memory-mb="))
        #expect(line.contains(#"name="night \$hift""#), "\(line)")
    }

    @Test(
        "removed at the end, or left: it is kept only where the words after spawn say so",
        arguments: [true, false])
    func printed(removes: Bool) throws {
        let given = removes ? [:] : ["keep": "yes"]
        let lines = try text(given: given, removes: removes)
            .printed(relays: ["ws://127.0.0.1:1"], isMock: true).split(separator: "\n").map(String.init)
        #expect(lines[1].hasSuffix(": pikachat run --mock --relay ws://127.0.0.1:1 FILE"))
        let end = ["wait-keypackage", "group create", "say hello", "expect reply within=90s"]
        #expect(
            Array(lines.dropFirst(2))
                == (removes
                    ? ["spawn microvm", "defer teardown"]
                    : [
                        "# The agent goes on running at the end: `pikachat agent list` shows it.",
                        "spawn microvm keep=yes",
                    ]) + end)
    }
}
