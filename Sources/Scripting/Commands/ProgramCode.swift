import Vocabulary

/// What `sh` and `start` have in common: the code, where it may come from, and the environment that the program gets.
enum ProgramCode {
    static let parameters = [
        Parameter("command", .text, "code from an input: command=$TUNNEL_CMD; never from replies or results"),
        Parameter("secrets", .text, "names of secret inputs or variables that the program gets: A,B"),
    ]

    /// `command=` takes literals and inputs only: anything else could come from outside.
    static func problem(in call: WrittenCall, _ usage: String, leadingWords: Int) -> WordProblem? {
        guard let command = call.parameters["command"] else {
            return call.words.count > leadingWords ? nil : WordProblem(usage, at: call.words.first)
        }
        if call.words.count > leadingWords {
            return WordProblem("either command= or words, not both", at: command)
        }
        for case .variable(let path, _) in command.parts {
            guard let name = path.first, name == name.uppercased(), path.count == 1 else {
                return WordProblem(
                    "command= takes inputs and fixed text only: $\(path.joined(separator: ".")) may come from outside",
                    at: command, hints: ["declare an input: env COMMAND=\"…\""])
            }
        }
        return nil
    }

    /// The code with the values of its variables beside it.
    static func make(_ call: CommandCall, leadingWords: Int, in script: Interpreter) async throws -> (
        code: String, environment: [String: String]
    ) {
        let named = names(call)
        let unknown = named.subtracting(await script.knownSecrets).sorted()
        guard unknown.isEmpty else {
            throw Failure(
                .usage, "secrets= names \(unknown.joined(separator: ", ")), which is no secret here",
                hints: ["declare it: env \(unknown[0]) secret"])
        }
        var environment = await script.programEnvironment(secrets: named)
        if let command = call.values.text("command") { return (command, environment) }
        let code = try await ShellCode(Array(call.arguments.dropFirst(leadingWords))) { part in
            try await script.text(of: part)
        }
        environment.merge(code.environment) { $1 }
        return (code.text, environment)
    }

    private static func names(_ call: CommandCall) -> Set<String> {
        Set((call.values.text("secrets") ?? "").split(separator: ",").map(String.init))
    }
}

extension Interpreter {
    /// What `secrets=` may name.
    var knownSecrets: Set<String> { host.secretVariables.union(variables.secrets) }

    /// What programs get: the process's environment without its secrets, and the declared inputs; secrets when they are named.
    func programEnvironment(secrets named: Set<String>) -> [String: String] {
        var environment = host.environment
        for name in host.secretVariables.union(variables.secrets) where !named.contains(name) {
            environment[name] = nil
        }
        for name in variables.declaredInputs where !variables.secrets.contains(name) || named.contains(name) {
            environment[name] = variables.value(name, in: nil)?.description
        }
        return environment
    }

    func text(of part: Word.Part) throws -> String {
        switch part {
        case .literal(let literal): literal
        case .variable(_, let place): try evaluate(Word(parts: [part], range: place))
        }
    }

    /// Whether a secret input stands in a word.
    func usesSecret(_ word: Word) -> Bool {
        word.parts.contains { part in
            if case .variable(let path, _) = part, let name = path.first {
                return variables.secrets.contains(name)
            }
            return false
        }
    }
}
