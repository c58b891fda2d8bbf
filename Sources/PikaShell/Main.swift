import AgentCore
import Cryptography
import Foundation
import Providers
import Scripting

/// Wiring only: finds the subcommand, reads its arguments, runs it.
@main
enum Main {
    static let version = "pikachat 0.1.0"

    static func main() async {
        OpenSSLLibrary.keepUntilProcessEnds()
        TerminalModes.remember()
        LoopbackProxy.bypass()
        Signals.shared.install()
        let status = await status(of: CommandLine.arguments.dropFirst())
        await OutputQueue.shared.drain()
        guard status == 0, let failure = OutputQueue.shared.failure else { exit(status) }
        OutputQueue.shared.line("error: the output could not be written: \(failure)", to: .error)
        await OutputQueue.shared.drain()
        exit(FailureCode.require.exitStatus)
    }

    private static let subcommands: [any Subcommand] = [
        ShellCommand(), RunCommand(), CheckCommand(), DoCommand(),
        AgentNewCommand(providers: ProviderCatalogue.all(http: FoundationHTTPClient())),
        AgentResourcesCommand(verb: .list), AgentResourcesCommand(verb: .inspect),
        AgentResourcesCommand(verb: .delete), AgentResourcesCommand(verb: .sweep), AgentCommand(),
        MockServerCommand(), DoctorCommand(),
    ]

    private static func status(of arguments: ArraySlice<String>) async -> Int32 {
        do {
            return try await dispatch(arguments)
        } catch {
            let failure = Failure(error)
            OutputQueue.shared.line("error: \(failure.description)", to: .error)
            return failure.code.exitStatus
        }
    }

    private static func dispatch(_ arguments: ArraySlice<String>) async throws -> Int32 {
        // Global options may stand before the command.
        let leading = try Arguments.parse(arguments, options: Arguments.global, stopAtPositional: true)
        if leading.has("--version") {
            OutputQueue.shared.line(version)
            return 0
        }
        guard let name = leading.positionals.first else {
            OutputQueue.shared.line(
                HelpText.overview(subcommands.map(\.spec)), to: leading.has("--help") ? .output : .error)
            return leading.has("--help") ? 0 : FailureCode.usage.exitStatus
        }
        if name == "help" { return try await help(Array(leading.positionals.dropFirst())) }
        let (command, words) = try find(leading.positionals)
        let before = arguments.prefix(arguments.count - leading.positionals.count)
        let rest = before + leading.positionals.dropFirst(words)
        let parsed = try Arguments.parse(rest, options: Arguments.global + command.spec.options)
        if parsed.has("--help") {
            OutputQueue.shared.line(try command.help(parsed))
            return 0
        }
        let configuration = try Configuration(parsed, environment: ProcessInfo.processInfo.environment)
        return try await command.run(parsed, CommandContext(configuration, style: command.style))
    }

    private static func find(_ words: [String]) throws -> (command: any Subcommand, words: Int) {
        let two = words.prefix(2).joined(separator: " ")
        if let found = subcommands.first(where: { $0.spec.name == two && two.contains(" ") }) {
            return (found, 2)
        }
        if let found = subcommands.first(where: { $0.spec.name == words[0] }) { return (found, 1) }
        let nearest = Suggestion.nearest(to: words[0], among: subcommands.map(\.spec.name) + ["help"])
        throw Failure(
            .usage, "there is no command \(words[0])",
            hints: [nearest.map { "did you mean \($0)?" } ?? "pikachat --help lists all commands"])
    }

    private static func help(_ words: [String]) async throws -> Int32 {
        let catalogue = CommandCatalogue(providers: ProviderCatalogue.all(http: FoundationHTTPClient()))
        if words.isEmpty {
            OutputQueue.shared.line(HelpText.overview(subcommands.map(\.spec)))
            OutputQueue.shared.line(
                "commands of the shell and of scripts:\n" + CommandHelp.text(for: nil, catalogue))
        } else if let (command, _) = try? find(words) {
            OutputQueue.shared.line(HelpText.page(command.spec))
        } else {
            OutputQueue.shared.line(CommandHelp.text(for: words.joined(separator: " "), catalogue))
        }
        return 0
    }
}
