import PikaShell
import Scripting
import Vocabulary

/// `pikachat fmt [--check] FILE|FOLDER…`
struct FormatCommand: Subcommand {
    var spec: CommandSpec {
        CommandSpec(
            name: "fmt", summary: "brings scripts into the one style",
            usage: "FILE|FOLDER…   (- is stdin, to stdout)",
            options: [OptionSpec("--check", help: "changes nothing; status 1 where something would change")],
            details: """
                Two blanks for each block, one between words, at most one empty line; comments stay where they are, and shell code and texts
                as they are written. What a script means never changes. A file with mistakes stays as it is (status 2).
                """)
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        guard !arguments.positionals.isEmpty else { throw Failure(.usage, "fmt needs a script") }
        if arguments.positionals == ["-"] { return try formatInput(context) }
        var status: Int32 = 0
        for path in try ScriptFiles.find(arguments.positionals) {
            do {
                let isChanged = try format(path, onlyChecking: arguments.has("--check"), context)
                if isChanged, arguments.has("--check"), status == 0 {
                    status = FailureCode.mismatch.exitStatus
                }
            } catch {
                status = FailureCode.usage.exitStatus
                report(error, context)
            }
        }
        return status
    }

    private func report(_ error: any Error, _ context: CommandContext) {
        guard let problems = error as? ScriptProblems else {
            return context.log.emit(.failure(Failure(error)))
        }
        for problem in problems.problems { context.log.emit(.failure(problem)) }
    }

    private func format(_ path: String, onlyChecking: Bool, _ context: CommandContext) throws -> Bool {
        let source = try Source.load(path)
        let text = try ScriptFormatter.format(source, catalogue: context.catalogue).get()
        guard try text != ScriptFiles.text(of: path) else { return false }
        if !onlyChecking { try ScriptFiles.write(text, to: path) }
        context.result(
            "fmt", ["file": .text(path), "changed": .flag(!onlyChecking)],
            onlyChecking ? "\(path): not in the one style (pikachat fmt mends it)" : "\(path): formatted")
        return true
    }

    private func formatInput(_ context: CommandContext) throws -> Int32 {
        do {
            let text = try ScriptFormatter.format(context.standardInput(), catalogue: context.catalogue).get()
            context.terminal.report(text)
            return 0
        } catch {
            report(error, context)
            return FailureCode.usage.exitStatus
        }
    }
}
