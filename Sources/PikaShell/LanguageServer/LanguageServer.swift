import Foundation
import Scripting
import Vocabulary

/// A language server for `.pika` (LSP 3.17) on standard input and output. A value: what comes in changes it, and gives what goes out.
struct LanguageServer {
    private let catalogue: CommandCatalogue
    private let program: String
    private var documents: [String: EditorText] = [:]
    private var isInitialized = false
    private var isShutDown = false
    /// What the process ends with, once it shall.
    private(set) var exitStatus: Int32?

    init(catalogue: CommandCatalogue, program: String) {
        (self.catalogue, self.program) = (catalogue, program)
    }

    /// Codes of JSON-RPC and LSP.
    private enum Code: Int {
        case parse = -32700
        case request = -32600
        case method = -32601
        case parameters = -32602
        case notInitialized = -32002
    }

    static var malformed: [String: Any] {
        [
            "jsonrpc": "2.0", "id": NSNull(),
            "error": ["code": Code.parse.rawValue, "message": "this is not a JSON object"],
        ]
    }

    /// - Returns: the messages that answer it.
    mutating func handle(_ message: [String: Any]) -> [[String: Any]] {
        let id = message["id"]
        guard let method = message["method"] as? String else {
            // Answers to requests of ours: there are none.
            return id != nil && message["result"] == nil && message["error"] == nil
                ? [error(id, .request, "a message has a method")] : []
        }
        let parameters = message["params"] as? [String: Any] ?? [:]
        guard let id else { return notification(method, parameters) }
        guard !isShutDown else { return [error(id, .request, "the server is shut down")] }
        guard isInitialized || method == "initialize" else {
            return [error(id, .notInitialized, "initialize comes first")]
        }
        switch method {
        case "initialize":
            isInitialized = true
            return [result(id, capabilities)]
        case "shutdown":
            isShutDown = true
            return [result(id, NSNull())]
        case "textDocument/completion": return answer(id, parameters) { $0.completion(at: $1, $2) }
        case "textDocument/hover": return answer(id, parameters) { $0.hover(at: $1, $2) }
        case "textDocument/definition": return answer(id, parameters) { $0.definition(at: $1, $2) }
        case "textDocument/references": return answer(id, parameters) { $0.references(at: $1, $2) }
        case "textDocument/prepareRename": return answer(id, parameters) { $0.renameable(at: $1, $2) }
        case "textDocument/rename": return rename(id, parameters)
        case "textDocument/formatting": return answerWhole(id, parameters) { $0.formatting() }
        case "textDocument/documentSymbol": return answerWhole(id, parameters) { $0.symbols() }
        case "textDocument/codeAction":
            let range = parameters["range"] as? [String: Any]
            return answerWhole(id, parameters) { $0.actions(in: range) }
        default: return [error(id, .method, "\(method) is not known here")]
        }
    }

    private var capabilities: [String: Any] {
        [
            "capabilities": [
                "positionEncoding": "utf-16",
                "textDocumentSync": ["openClose": true, "change": 2, "save": true],
                "completionProvider": ["triggerCharacters": ["$", ".", "=", " "]],
                "hoverProvider": true, "definitionProvider": true, "referencesProvider": true,
                "renameProvider": ["prepareProvider": true], "documentFormattingProvider": true,
                "documentSymbolProvider": true, "codeActionProvider": ["codeActionKinds": ["quickfix"]],
            ],
            "serverInfo": ["name": "pikachat", "version": program],
        ]
    }

    // MARK: Documents

    private mutating func notification(_ method: String, _ parameters: [String: Any]) -> [[String: Any]] {
        let document = parameters["textDocument"] as? [String: Any]
        let uri = document?["uri"] as? String ?? ""
        switch method {
        case "exit": exitStatus = isShutDown ? 0 : 1
        case "textDocument/didOpen":
            guard let text = document?["text"] as? String else { return [] }
            documents[uri] = EditorText(text)
            return [published(uri)]
        case "textDocument/didChange":
            guard var text = documents[uri] else { return [] }
            for change in parameters["contentChanges"] as? [[String: Any]] ?? [] {
                guard let new = change["text"] as? String else { continue }
                if let range = change["range"] as? [String: Any] {
                    text = text.replacing(range, with: new)
                } else {
                    text = EditorText(new)
                }
            }
            documents[uri] = text
            return [published(uri)]
        // Files that it includes may have changed.
        case "textDocument/didSave": return documents.keys.sorted().map(published)
        case "textDocument/didClose":
            documents[uri] = nil
            return [
                Self.notification("textDocument/publishDiagnostics", ["uri": uri, "diagnostics": [Any]()])
            ]
        default: break
        }
        return []
    }

    private func published(_ uri: String) -> [String: Any] {
        let diagnostics = analysis(uri)?.diagnostics() ?? []
        return Self.notification("textDocument/publishDiagnostics", ["uri": uri, "diagnostics": diagnostics])
    }

    private func analysis(_ uri: String) -> DocumentAnalysis? {
        documents[uri].map { DocumentAnalysis(uri: uri, text: $0, catalogue: catalogue) }
    }

    // MARK: Answers

    private func answer(
        _ id: Any, _ parameters: [String: Any], _ body: (DocumentAnalysis, Int, Int) -> Any
    ) -> [[String: Any]] {
        let position = parameters["position"] as? [String: Any]
        // Larger numbers than any document has would overflow in what is counted from them.
        let places = 0...Int(Int32.max)
        guard let line = position?["line"] as? Int, let character = position?["character"] as? Int,
            places.contains(line), places.contains(character)
        else {
            return [error(id, .parameters, "position is missing, or not in any document")]
        }
        return answerWhole(id, parameters) { body($0, line, character) }
    }

    private func answerWhole(
        _ id: Any, _ parameters: [String: Any], _ body: (DocumentAnalysis) -> Any
    ) -> [[String: Any]] {
        let uri = (parameters["textDocument"] as? [String: Any])?["uri"] as? String ?? ""
        guard let analysis = analysis(uri) else {
            return [error(id, .parameters, "\(uri) is not open")]
        }
        return [result(id, body(analysis))]
    }

    private func rename(_ id: Any, _ parameters: [String: Any]) -> [[String: Any]] {
        guard let name = parameters["newName"] as? String, DocumentAnalysis.isName(name) else {
            return [error(id, .parameters, "a name has letters, digits and _ only, a letter first")]
        }
        return answer(id, parameters) { $0.rename(at: $1, $2, to: name) }
    }

    private func result(_ id: Any, _ value: Any) -> [String: Any] {
        ["jsonrpc": "2.0", "id": id, "result": value]
    }

    private func error(_ id: Any?, _ code: Code, _ message: String) -> [String: Any] {
        ["jsonrpc": "2.0", "id": id ?? NSNull(), "error": ["code": code.rawValue, "message": message]]
    }

    private static func notification(_ method: String, _ parameters: [String: Any]) -> [String: Any] {
        ["jsonrpc": "2.0", "method": method, "params": parameters]
    }
}
