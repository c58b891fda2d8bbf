import Vocabulary
import Foundation

/// `require TOKEN tool:NAME file:PATH`
struct RequireCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription(
            "require", "stops with status 3 if anything is missing, and lists all of it")
        description.isDeclaration = true
        description.words = .list("NAME | tool:NAME | file:PATH …", required: true)
        description.details = ["NAME is an input that env has declared."]
        description.examples = ["require ANTHROPIC_API_KEY tool:cloudflared file:key.pem"]
        return description
    }

    func references(in call: WrittenCall) -> [(name: String, word: Word)] {
        call.words.compactMap { word in
            guard let name = word.literal, !name.contains(":") else { return nil }
            return (name, word)
        }
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        var missing: [String] = []
        for word in call.words {
            if word.hasPrefix("tool:") {
                let tool = String(word.dropFirst(5))
                if !Self.isOnPath(tool, script.host.environment) {
                    missing.append("the program \(tool) is not on PATH")
                }
            } else if word.hasPrefix("file:") {
                let path = String(word.dropFirst(5))
                if !FileManager.default.fileExists(atPath: path) {
                    missing.append("the file \(path) does not exist")
                }
            } else {
                let value = await script.value(of: word)?.description ?? ""
                if value.isEmpty {
                    missing.append("\(word) is not set: export \(word)=…, or --set \(word)=…")
                }
            }
        }
        guard missing.isEmpty else {
            throw Failure(
                .require, missing.count == 1 ? missing[0] : "\(missing.count) requirements are missing",
                hints: missing.count == 1 ? [] : missing)
        }
        return [:]
    }

    private static func isOnPath(_ tool: String, _ variables: [String: String]) -> Bool {
        if tool.contains("/") { return FileManager.default.isExecutableFile(atPath: tool) }
        return (variables["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(tool)")
        }
    }
}
