import Foundation
import Vocabulary

/// `env CPU=1 [help=…] [oneof=a,b] [list]`, `env TOKEN secret`
struct EnvCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription(
            "env", "declares an input; its value comes from --set, the environment, .env or the default")
        description.words = .raw("NAME=DEFAULT [secret] [list] [help=TEXT] [oneof=A,B]")
        description.repetition = .instant
        description.isDeclaration = true
        description.details = [
            "secret: has no default, is masked everywhere, and NAME_FILE may name a file that holds it.",
            "list: a,b,c becomes a list, for `for x in $NAME`.",
        ]
        description.examples = ["env CPU=1 help=\"virtual CPUs\"", "env ANTHROPIC_API_KEY secret"]
        return description
    }

    func problem(in call: WrittenCall) -> WordProblem? {
        let words = call.words
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
        let text = try input.text(from: await script.variables.inputs)
        if input.isSecret {
            for secret in input.secrets(in: text) { script.host.log.masking.add(secret) }
            await script.markSecret(input.name)
        }
        await script.declare(input: input.name)
        await script.set(
            input.name,
            input.isList ? .list(EnvDeclaration.items(of: text).map(EventValue.text)) : .text(text))
        return [:]
    }
}
