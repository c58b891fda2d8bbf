import PikaShell
import Scripting
import Vocabulary

/// `pikachat shell`
struct ShellCommand: Subcommand {
    var style: TextRenderer.Style { .prompt }

    var spec: CommandSpec {
        var spec = CommandSpec(
            name: "shell", summary: "the interactive shell; piped stdin and -c behave as a script",
            usage: "[--mock] [--init FILE] [-c 'COMMAND']…")
        spec.options = [
            .mock, OptionSpec("--init", placeholder: "FILE", help: "a script to run first"),
            OptionSpec(
                "-c", placeholder: "COMMAND", help: "runs this instead of asking; may be repeated",
                isRepeatable: true),
            .set, .trace, .allowFaults,
        ]
        return spec
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        guard arguments.positionals.isEmpty else {
            throw Failure(
                .usage, "shell does not take a file",
                hints: ["to run it: pikachat run \(arguments.positionals[0])"])
        }
        let first = try arguments.value("--init").map(Source.load)
        let commands = arguments.all("-c")
        let isInteractive = commands.isEmpty && context.terminal.isInteractive
        let sets = try InputSetting.parse(arguments.all("--set"))
        // Read before anything is opened: it may take long, and an interruption then leaves nothing behind.
        let script =
            isInteractive
            ? nil
            : commands.isEmpty
                ? try context.standardInput() : Source(name: "-c", text: commands.joined(separator: "\n"))
        return try await context.withHost(
            isMock: arguments.has("--mock"), allowsFaults: arguments.has("--allow-faults"), tellsHTTP: true
        ) { host in
            let shell = try context.shell(host, sets: sets)
            let (scripts, problems) = shell.check([first, script].compactMap { $0 })
            guard problems.isEmpty else { return Diagnostic.exitStatus(of: problems) }
            guard isInteractive else { return await shell.run(scripts) }
            context.notice(
                "pikachat shell\(host.isMock ? " (mock: nothing leaves this machine)" : ""). help lists the commands, quit ends."
            )
            return await shell.prompt(first: scripts.first)
        }
    }
}
