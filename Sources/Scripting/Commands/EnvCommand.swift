import AgentCore
import Marmot

/// `env CPU=1 [help=…] [oneof=a,b]`, `env TOKEN secret`
struct EnvCommand: Command, DefiningVariables, WordChecking {
    var description: CommandDescription {
        var description = CommandDescription(
            "env", "declares an input: --set, environment, .env, default, in this order")
        description.words = .raw("NAME=DEFAULT [secret] [help=TEXT] [oneof=A,B]")
        description.examples = ["env CPU=1 help=\"virtual CPUs\"", "env ANTHROPIC_API_KEY secret"]
        return description
    }

    func problem(in words: [Word]) -> Diagnostic? {
        do {
            _ = try EnvDeclaration(words.map { ($0.key, $0.literal ?? "x") })
            return nil
        } catch {
            return Diagnostic(
                code: .usage, message: error.message, range: words.first?.range, notes: error.hints)
        }
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let input = try EnvDeclaration(call.rawWords.map { ($0.key, $0.text) })
        let inputs = await script.variables.inputs
        var value = inputs.value(input.name)
        if input.isSecret, value == nil, let path = inputs.value("\(input.name)_FILE") {
            guard let bytes = try AtomicFile.read(path) else {
                throw Failure(.require, "\(input.name)_FILE names \(path), which does not exist")
            }
            value = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(
                String.init)
        }
        let text = value ?? input.defaultText ?? ""
        if !input.choices.isEmpty, !text.isEmpty, !input.choices.contains(text) {
            throw Failure(
                .usage,
                "\(input.name)=\(text.prefix(60)) is not one of \(input.choices.joined(separator: ", "))")
        }
        if input.isSecret {
            if !text.isEmpty { script.host.log.masking.add(text) }
            await script.markSecret(input.name)
        }
        await script.set(input.name, .text(text))
        return [:]
    }
}

/// The words of one `env` line.
package struct EnvDeclaration: Equatable, Sendable {
    package let name: String
    package let defaultText: String?
    package let help: String
    package let choices: [String]
    package let isSecret: Bool

    package init(_ words: [(key: String?, text: String)]) throws(Failure) {
        guard let first = words.first else { throw Failure(.usage, "env needs a name: env CPU=1") }
        name = first.key ?? first.text
        defaultText = first.key == nil ? nil : first.text
        guard let initial = name.first, initial.isLetter || initial == "_", name == name.uppercased() else {
            throw Failure(
                .usage, "inputs are written in upper case: env \(name.uppercased())",
                hints: ["for a local value: let \(name.lowercased())=…"])
        }
        var help = ""
        var choices: [String] = []
        var isSecret = false
        for word in words.dropFirst() {
            switch (word.key, word.text) {
            case ("help", let text): help = text
            case ("oneof", let text): choices = text.split(separator: ",").map(String.init)
            case (nil, "secret"): isSecret = true
            default:
                throw Failure(
                    .usage, "\(word.key ?? word.text) means nothing to env",
                    hints: ["known: secret, help=TEXT, oneof=A,B"])
            }
        }
        if isSecret, defaultText != nil {
            throw Failure(
                .usage, "a secret has no default: it would stand in the script",
                hints: ["write: env \(name) secret"])
        }
        (self.help, self.choices, self.isSecret) = (help, choices, isSecret)
    }
}
