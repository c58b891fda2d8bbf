import AgentCore
import Foundation
import Scripting

/// `pikachat shell`
struct ShellCommand: Subcommand {
    var style: EventPrinter.Style { .shell }

    var spec: CommandSpec {
        var spec = CommandSpec(
            name: "shell", summary: "the interactive shell; piped stdin and -c behave as a script",
            usage: "[--mock] [--init FILE] [-c 'COMMAND']…")
        spec.options = [
            OptionSpec(
                "--mock", help: "relay, control planes and agent in this process; nothing leaves the machine"),
            OptionSpec("--init", placeholder: "FILE", help: "a script that is run first"),
            OptionSpec(
                "-c", placeholder: "COMMAND", help: "runs this instead of asking; may be repeated",
                isRepeatable: true),
            OptionSpec(
                "--set", placeholder: "K=V", help: "sets an input; may be repeated", isRepeatable: true),
        ]
        return spec
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        guard arguments.positionals.isEmpty else {
            throw Failure(
                .usage, "shell takes no file",
                hints: ["run it instead: pikachat run \(arguments.positionals[0])"])
        }
        let catalogue = CommandCatalogue(providers: context.providers)
        let initial = try arguments.value("--init").map { try ScriptSource.load($0) }
        let commands = arguments.all("-c")
        let isInteractive = commands.isEmpty && isatty(STDIN_FILENO) == 1
        var statements: [Statement] = []
        if let initial {
            guard let parsed = ScriptCheck.statements(of: initial, catalogue, context) else {
                return FailureCode.usage.exitStatus
            }
            statements = parsed
        }
        let host = try await LiveHost.make(
            context.configuration, isMock: arguments.has("--mock"), log: context.log)
        let interpreter = Interpreter(
            host: host, catalogue: catalogue,
            inputs: .init(
                sets: try RunCommand.sets(arguments.all("--set")),
                environment: context.configuration.environment, dotenv: DotEnv.load(".env")),
            sourceName: initial?.name ?? "shell")
        let status: Int32
        if isInteractive {
            let shell = Shell(
                host: host, interpreter: interpreter, catalogue: catalogue, output: context.output,
                usesColor: context.configuration.usesColor)
            status = await shell.run(first: statements, from: initial)
        } else {
            let source = ScriptSource(
                name: commands.isEmpty ? "stdin" : "-c",
                text: commands.isEmpty ? PlainLines.all() : commands.joined(separator: "\n"))
            let defined = Checker.definitions(in: statements, catalogue: catalogue)
            guard let parsed = ScriptCheck.statements(of: source, catalogue, context, known: defined) else {
                await host.close()
                return FailureCode.usage.exitStatus
            }
            let first = initial.map { ScriptRunner.Part(source: $0, statements: statements) }
            status = await ScriptRunner(host: host, interpreter: interpreter, output: context.output)
                .run([first, .init(source: source, statements: parsed)].compactMap { $0 })
        }
        await host.close()
        return status
    }
}
