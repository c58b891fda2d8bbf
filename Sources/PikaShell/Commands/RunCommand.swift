import AgentCore
import Foundation
import Scripting

/// `pikachat run FILE…`
struct RunCommand: Subcommand {
    var spec: CommandSpec {
        var spec = CommandSpec(
            name: "run", summary: "runs .pika scripts",
            usage: "FILE… [options]   (- is stdin; FILE --help prints the script's own help)")
        spec.options = [
            OptionSpec(
                "--mock", help: "relay, control planes and agent in this process; nothing leaves the machine"),
            OptionSpec(
                "--set", placeholder: "K=V", help: "sets an input of the script; may be repeated",
                isRepeatable: true),
            OptionSpec(
                "--allow-faults",
                help: "lets fault lines act on the way to real control planes, relays and agents"),
            OptionSpec("--until", placeholder: "LINE", help: "stops before this line (cleanup still runs)"),
            OptionSpec("--keep-going", help: "runs the other files when one has failed"),
            OptionSpec(
                "--max-time", placeholder: "TIME", help: "bounds each file, such as 10m; cleanup comes on top"
            ),
        ]
        spec.details = """
            exit status: 0 fine · 1 wrong answer · 2 usage or script error, nothing ran · 3 requirement missing
              4 provider, network or job error · 5 no answer in time · 6 cleanup failed · 130/143 signal
            """
        return spec
    }

    /// A script that is named explains itself.
    func help(_ arguments: ParsedArguments) throws -> String {
        guard let path = arguments.positionals.first else { return HelpText.page(spec) }
        return try ScriptHelp.text(ScriptSource.load(path))
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        guard !arguments.positionals.isEmpty else {
            throw Failure(
                .usage, "run needs a script", hints: ["pikachat run scripts/demo-microvm.pika --mock"])
        }
        let sets = try Self.sets(arguments.all("--set"))
        let limit = try arguments.value("--max-time").map { text in
            guard let limit = DurationText.parse(text, bareUnit: .seconds) else {
                throw Failure(.usage, "--max-time \(text): a time is needed, such as 10m")
            }
            return limit
        }
        let until = try arguments.value("--until").map { text in
            guard let line = Int(text), line > 0 else {
                throw Failure(.usage, "--until \(text): a line number is needed")
            }
            return line
        }
        let scripts = try arguments.positionals.map { try ScriptSource.load($0) }
        let catalogue = CommandCatalogue(providers: context.providers)
        var parsed: [(ScriptSource, [Statement])] = []
        for source in scripts {
            guard let statements = ScriptCheck.statements(of: source, catalogue, context) else {
                return FailureCode.usage.exitStatus
            }
            let kept = until.map { line in statements.filter { $0.range.line < line } } ?? statements
            parsed.append((source, kept))
        }
        var status: Int32 = 0
        for (source, statements) in parsed {
            let result = try await run(statements, source, sets, limit, arguments, context)
            if status == 0 { status = result }
            if result != 0, !arguments.has("--keep-going") { break }
        }
        return status
    }

    private func run(
        _ statements: [Statement], _ source: ScriptSource,
        _ sets: [String: String],
        _ limit: Duration?, _ arguments: ParsedArguments, _ context: CommandContext
    ) async throws -> Int32 {
        let host = try await LiveHost.make(
            context.configuration, isMock: arguments.has("--mock"), log: context.log,
            allowsFaults: arguments.has("--allow-faults"))
        // The host's own providers: with --allow-faults they go through its faults.
        let interpreter = Interpreter(
            host: host, catalogue: CommandCatalogue(providers: host.providers),
            inputs: .init(
                sets: sets, environment: context.configuration.environment, dotenv: DotEnv.load(".env")),
            sourceName: source.name)
        let runner = ScriptRunner(host: host, interpreter: interpreter, output: context.output)
        let status = await runner.run([.init(source: source, statements: statements)], limit: limit)
        await host.close()
        return status
    }

    static func sets(_ texts: [String]) throws -> [String: String] {
        var sets: [String: String] = [:]
        for text in texts {
            guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
                throw Failure(.usage, "--set \(text.prefix(60)): K=V is needed")
            }
            sets[String(text[..<equals])] = String(text[text.index(after: equals)...])
        }
        return sets
    }
}
