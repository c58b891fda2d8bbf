import Foundation
import AgentCommands
import PikaShell
import Providers
import Scripting
import Vocabulary

/// `pikachat run FILE…`
struct RunCommand: Subcommand {
    var spec: CommandSpec {
        var spec = CommandSpec(
            name: "run", summary: "runs .pika scripts",
            usage: "FILE… [options]   (- is stdin; FILE --help prints the script's own help)")
        spec.options =
            [
                OptionSpec(
                    "--until", placeholder: "LINE", help: "stops before this line (cleanup still runs)"),
                OptionSpec("--step", help: "stops before the first command: the debugger"),
                OptionSpec(
                    "--shell-on-fail",
                    help: "opens the debugger's prompt where a command fails, before anything is cleaned up"),
                OptionSpec("--keep-going", help: "runs the other files when one has failed"),
                OptionSpec(
                    "--max-time", placeholder: "TIME",
                    help: "limits each file, such as 10m; cleanup comes on top"
                ),
            ] + Self.debugOptions
        spec.details = """
            exit status: 0 fine · 1 wrong answer · 2 usage or script error, nothing ran · 3 requirement missing
              4 provider, network or job error · 5 no answer in time · 6 cleanup failed · 130/143 signal
            """
        return spec
    }

    /// Those that make sense with and without the debugger.
    static var debugOptions: [OptionSpec] {
        [
            .mock, .set, .allowFaults,
            OptionSpec(
                "--break", placeholder: "PLACE",
                help: "stops there: a line, a command, failure, or a failure's code; may be repeated",
                isRepeatable: true),
            .timeScale, .update, .trace,
        ] + CassetteMode.options
    }

    /// A script that is named explains itself.
    func help(_ arguments: ParsedArguments) throws -> String {
        guard let path = arguments.positionals.first else { return HelpText.page(spec) }
        return try ScriptHelp.text(
            Source.load(path), .agents(ProviderCatalogue.all(http: CurlHTTPClient())))
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        try await run(arguments, context, isStepping: false)
    }

    /// - Parameter isStepping: in the debugger from the start.
    func run(
        _ arguments: ParsedArguments, _ context: CommandContext, isStepping: Bool
    ) async throws -> Int32 {
        guard !arguments.positionals.isEmpty else {
            throw Failure(
                .usage, "run needs a script", hints: ["pikachat run scripts/demo-microvm.pika --mock"])
        }
        let debugging = try DebugRequest(arguments, context.terminal, isStepping: isStepping)
        let sets = try InputSetting.parse(arguments.all("--set"))
        let limit = try TestRequest.maximumTime(arguments)
        let until = try arguments.value("--until").map { text in
            guard let line = Int(text), line > 0 else {
                throw Failure(.usage, "--until \(text) is not the number of a line")
            }
            return line
        }
        let settings = RunSettings(
            timeScale: try TestRequest.timeScale(arguments), updatesSnapshots: arguments.has("--update"))
        let mode = try CassetteMode(arguments)
        let (isMock, allowsFaults) = (
            arguments.has("--mock") || mode.isReplay, arguments.has("--allow-faults")
        )
        var provided: Set<Requirement> = [.anyGroup]
        if isMock { provided.insert(.mockWorld) }
        if isMock || allowsFaults { provided.insert(.faults) }
        let inputs = Inputs(
            sets: sets, environment: context.configuration.environment, dotenv: try context.dotEnv())
        let (scripts, problems) = try check(
            arguments.positionals, CheckContext(host: provided), inputs, isMock: isMock, context)
        guard problems.isEmpty else { return Diagnostic.exitStatus(of: problems) }
        try mode.check(scripts.map { ($0.source.name, []) })
        if let until, let last = scripts.last?.source, until > last.lines.count {
            throw Failure(.usage, "--until \(until): \(last.name) ends before that line")
        }
        var status: Int32 = 0
        for script in scripts {
            if let why = script.world?.reasonToSkip(isMock: isMock) {
                context.log.emit(.skipped(why: "\(script.source.name): \(why)"))
                continue
            }
            let (result, isInterrupted) = try await context.countingInterrupts {
                try await context.withHost(
                    isMock: isMock, allowsFaults: allowsFaults, tellsHTTP: true,
                    reel: try mode.reel(script: script.source.name, values: [], log: context.log)
                ) { host in
                    let shell = try context.shell(host, sets: sets)
                    if let options = debugging.options(for: script) {
                        return try await shell.debug(script, options, settings: settings)
                    }
                    return await shell.run([script], limit: limit, until: until, settings: settings)
                }
            }
            if status == 0 { status = result }
            // A signal asks for the end of all, not of one.
            if isInterrupted || result != 0 && !arguments.has("--keep-going") { break }
        }
        return status
    }

    /// All files are checked before the first one runs, each by itself; every problem of every file is reported.
    private func check(
        _ paths: [String], _ checkContext: CheckContext, _ inputs: Inputs, isMock: Bool,
        _ context: CommandContext
    ) throws -> (scripts: [CheckedScript], problems: [Diagnostic]) {
        var scripts: [CheckedScript] = []
        var problems: [Diagnostic] = []
        for path in paths {
            let source = path == "-" ? try context.standardInput() : try Source.load(path)
            switch CheckedScript.make(source, catalogue: context.catalogue, context: checkContext) {
            case .success(let script):
                scripts.append(script)
                if script.world?.reasonToSkip(isMock: isMock) == nil {
                    problems += CheckedScript.problems(of: inputs, for: [script])
                }
                for warning in script.warnings { context.log.emit(.warning(warning)) }
            case .failure(let found): problems += found.problems
            }
        }
        for problem in problems { context.log.emit(.failure(problem)) }
        return (scripts, problems)
    }
}

extension OptionSpec {
    static let timeScale = OptionSpec(
        "--time-scale", placeholder: "X", help: "multiplies every limit, for slow machines")
    static let update = OptionSpec("--update", help: "writes snapshots instead of comparing with them")
    static let allowFaults = OptionSpec(
        "--allow-faults",
        help: "lets fault lines act on the traffic with real control planes, relays and agents")
    static let trace = OptionSpec(
        "--trace", placeholder: "WHAT",
        help:
            "shows what goes over the wire: http, relay, mls, jobs (several with commas), all; =full adds bodies"
    )
    static let mock = OptionSpec(
        "--mock", help: "relay, control planes and agent in this process; nothing leaves the machine")
    static let set = OptionSpec(
        "--set", placeholder: "K=V", help: "sets an input of the script; may be repeated", isRepeatable: true)
}
