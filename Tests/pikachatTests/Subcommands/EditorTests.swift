import AgentCommands
import Foundation
import Providers
import Scripting
import TestSupport
import Testing

@Suite("editors", .timeLimit(.minutes(5)))
struct EditorTests {
    private static func alternatives(_ text: String, _ start: String, _ end: String, separator: String) throws
        -> Set<String>
    {
        let first = try #require(text.range(of: start))
        let last = try #require(text.range(of: end, range: first.upperBound..<text.endIndex))
        return Set(text[first.upperBound..<last.lowerBound].components(separatedBy: separator))
    }

    @Test("the words that editors highlight are those of the catalogue")
    func keywords() throws {
        let catalogue = CommandCatalogue.agents(ProviderCatalogue.all(http: CurlHTTPClient()))
        let root = Vectors.repositoryRoot.path
        let grammar = try String(
            contentsOfFile: root + "/editors/vscode/syntaxes/pika.tmLanguage.json", encoding: .utf8)
        let vim = try String(contentsOfFile: root + "/editors/vim/syntax/pika.vim", encoding: .utf8)
        let names = Set(catalogue.names)
        #expect(try Self.alternatives(grammar, #"(?<=ok))\\s*("#, ")(?=", separator: "|") == names)
        #expect(try Self.alternatives(vim, #"\|ok \)\@<=\("#, #"\)\ze"#, separator: #"\|"#) == names)
        for file in ["package.json", "language-configuration.json", "syntaxes/pika.tmLanguage.json"] {
            let data = try Data(contentsOf: URL(fileURLWithPath: "\(root)/editors/vscode/\(file)"))
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: data) }
        }
    }

    @Test("a conversation with the server, as an editor has it; input that is none ends it")
    func conversation() async throws {
        func message(_ json: String) -> String { "Content-Length: \(json.utf8.count)\r\n\r\n\(json)" }
        let opened =
            #"{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///a.pika","text":"spwan x"}}}"#
        let input = [
            #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#, opened, "{not json",
            #"{"jsonrpc":"2.0","id":2,"method":"shutdown"}"#, #"{"jsonrpc":"2.0","method":"exit"}"#,
        ].map(message).joined()
        let result = try await Pikachat.run(["lsp"], stdin: input)
        #expect(result.status == 0, "\(result.error)")
        #expect(result.output.contains("did you mean spawn?") && result.output.contains("-32700"))
        let heads = result.output.components(separatedBy: "Content-Length: ").dropFirst()
        for part in heads {
            let pieces = part.components(separatedBy: "\r\n\r\n")
            #expect(Int(pieces[0]) == pieces[1].utf8.count)
        }
        for broken in ["Content-Length: x\r\n\r\n{}", "hello", "Content-Length: 999999999999\r\n\r\n", ""] {
            #expect(try await Pikachat.run(["lsp"], stdin: broken, limit: .seconds(20)).status == 1)
        }
    }
}
