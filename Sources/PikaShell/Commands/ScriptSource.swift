import AgentCore
import Foundation
import Scripting

/// A script's text and the name that messages use for it.
struct ScriptSource: Sendable {
    /// Larger files are no scripts.
    static let maximumBytes = 4 << 20

    let name: String
    let text: String

    /// `-` is stdin.
    static func load(_ path: String) throws -> ScriptSource {
        if path == "-" { return ScriptSource(name: "stdin", text: PlainLines.all()) }
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw Failure(.usage, "\(path): no such file")
        }
        guard !isDirectory.boolValue, let data = FileManager.default.contents(atPath: path) else {
            throw Failure(.usage, "\(path): cannot be read as a script")
        }
        guard data.count <= maximumBytes, let text = String(validating: data, as: UTF8.self) else {
            throw Failure(.usage, "\(path): not a UTF-8 text of at most \(maximumBytes >> 20) MiB")
        }
        return ScriptSource(name: path, text: text)
    }
}

/// Parses and checks, reporting every problem.
enum ScriptCheck {
    /// Nil when there were problems; they are printed then, and nothing ran.
    static func statements(
        of source: ScriptSource, _ catalogue: CommandCatalogue, _ context: CommandContext,
        known: Set<String> = Variables.builtIn
    ) -> [Statement]? {
        let renderer = DiagnosticRenderer(name: source.name, source: source.text)
        let problems: [Diagnostic]
        do {
            let script = try Parser.parse(source.text, name: source.name)
            problems = Checker.check(script.statements, catalogue: catalogue, known: known)
            if problems.isEmpty { return script.statements }
        } catch {
            problems = [error]
        }
        for problem in problems {
            context.log.emit(.failure(code: problem.code.rawValue, message: renderer.render(problem)))
        }
        return nil
    }
}

/// `KEY=value` lines of a `.env` file in the working directory.
enum DotEnv {
    static func load(_ path: String) -> [String: String] {
        guard let data = FileManager.default.contents(atPath: path) else { return [:] }
        var values: [String: String] = [:]
        for line in String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let text = line.trimmingCharacters(in: .whitespaces)
            guard !text.hasPrefix("#"), let equals = text.firstIndex(of: "=") else { continue }
            var name = text[..<equals].trimmingCharacters(in: .whitespaces)
            if name.hasPrefix("export ") { name = String(name.dropFirst(7)) }
            var value = text[text.index(after: equals)...].trimmingCharacters(in: .whitespaces)
            if value.count >= 2, let first = value.first, first == value.last, first == "\"" || first == "'" {
                value = String(value.dropFirst().dropLast())
            }
            values[name] = value
        }
        return values
    }
}
