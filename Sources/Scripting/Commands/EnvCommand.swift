import Foundation
import Vocabulary

/// `env CPU=1 [help=…] [oneof=a,b]`, `env TOKEN secret`
struct EnvCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription(
            "env",
            "declares an input; its value comes from --set, the environment, .env or the default, in this order"
        )
        description.words = .raw("NAME=DEFAULT [secret] [help=TEXT] [oneof=A,B]")
        description.examples = ["env CPU=1 help=\"virtual CPUs\"", "env ANTHROPIC_API_KEY secret"]
        return description
    }

    func problem(in words: [Word]) -> WordProblem? {
        do {
            _ = try EnvDeclaration(words.map { ($0.key, $0.literal ?? "x") })
            return nil
        } catch {
            return WordProblem(error.message, at: words.first, hints: error.hints)
        }
    }

    func definitions(in words: [Word]) -> [String] { words.prefix(1).compactMap { $0.key ?? $0.literal } }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let input = try EnvDeclaration(call.rawWords.map { ($0.key, $0.text) })
        let inputs = await script.variables.inputs
        var value = inputs.value(input.name)
        if input.isSecret, value == nil, let path = inputs.value("\(input.name)_FILE") {
            guard let data = FileManager.default.contents(atPath: path) else {
                throw Failure(.require, "\(input.name)_FILE names \(path), which cannot be read")
            }
            value = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(
                String.init)
        }
        let text = value ?? input.defaultText ?? ""
        if input.isSecret { script.host.log.masking.add(text) }
        if !input.choices.isEmpty, !text.isEmpty, !input.choices.contains(text) {
            throw Failure(
                .usage,
                "\(input.name)=\(text.cut(to: 60)) is not one of \(input.choices.joined(separator: ", "))")
        }
        if input.isSecret {
            await script.markSecret(input.name)
        }
        await script.set(input.name, .text(text))
        return [:]
    }
}
