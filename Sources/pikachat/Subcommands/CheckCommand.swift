import PikaShell
import Scripting
import Vocabulary

/// `pikachat check FILE…`
struct CheckCommand: Subcommand {
    var spec: CommandSpec {
        CommandSpec(name: "check", summary: "looks for mistakes in scripts; runs nothing", usage: "FILE…")
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        guard !arguments.positionals.isEmpty else { throw Failure(.usage, "check needs a script") }
        var status: Int32 = 0
        for path in arguments.positionals {
            let source: Source
            do {
                source = try Source.load(path)
            } catch {
                // The other files are looked at all the same.
                status = FailureCode.usage.exitStatus
                context.log.emit(.failure(Failure(error)))
                continue
            }
            switch CheckedScript.make(source, catalogue: context.catalogue) {
            case .success(let script):
                for warning in script.warnings { context.log.emit(.warning(warning)) }
                context.result("check", ["file": .text(path), "ok": .flag(true)], "\(path): fine")
            case .failure(let problems):
                status = FailureCode.usage.exitStatus
                for problem in problems.problems { context.log.emit(.failure(problem)) }
            }
        }
        return status
    }
}
