import AgentCore
import Foundation
import Marmot
import Nostr
import Scripting

/// `pikachat do COMMAND…`: one command of the shell, with a group of the state directory.
struct DoCommand: Subcommand {
    var style: EventPrinter.Style { .shell }

    var spec: CommandSpec {
        CommandSpec(
            name: "do", summary: "runs one command of the shell on a group of the state directory",
            usage: "[--group ID] COMMAND [WORD…]",
            options: [
                OptionSpec(
                    "--group", placeholder: "ID",
                    help: "the beginning of the group's id, or its name [default: the only active one]")
            ],
            details: """
                pikachat do group list             pikachat do group state
                pikachat do group invite npub1…    pikachat do --group 3fa9 say "good night"
                pikachat do decode event.json
                Without --relay it goes to the relays of the group.
                `pikachat help` lists all commands; words that begin with -- stand behind a lone --.
                """)
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        guard !arguments.positionals.isEmpty else {
            throw Failure(.usage, "do needs a command", hints: ["pikachat do group list"])
        }
        let catalogue = CommandCatalogue(providers: context.providers)
        let source = ScriptSource(
            name: "do", text: arguments.positionals.map(ScriptWord.argument).joined(separator: " "))
        guard let statements = ScriptCheck.statements(of: source, catalogue, context) else {
            return FailureCode.usage.exitStatus
        }
        var configuration = context.configuration
        configuration.explicitRelays =
            configuration.explicitRelays ?? Self.relays(of: arguments.value("--group"), configuration)
        let host = try await LiveHost.make(configuration, isMock: false, log: context.log)
        let status: Int32
        do {
            try await resume(arguments.value("--group"), host, for: arguments.positionals)
            let interpreter = Interpreter(
                host: host, catalogue: catalogue,
                inputs: .init(sets: [:], environment: context.configuration.environment, dotenv: [:]),
                sourceName: source.name)
            status = await ScriptRunner(host: host, interpreter: interpreter, output: context.output)
                .run([.init(source: source, statements: statements)])
        } catch {
            await host.close()
            throw error
        }
        await host.close()
        return status
    }

    /// Where the group meets; nil when it is not clear which one is meant, or its files say something wrong (the host tells what).
    private static func relays(of id: String?, _ configuration: Configuration) -> [RelayURL]? {
        guard let groups = try? FileAccountStore(directory: configuration.stateDirectory).loadGroups() else {
            return nil
        }
        let matching = groups.filter { group in
            id.map { group.nostrGroupIDHex.hasPrefix($0.lowercased()) || group.data.name == $0 }
                ?? group.isActive
        }
        guard matching.count == 1, let group = matching.first, !group.relays.isEmpty else { return nil }
        return group.relays
    }

    /// Commands that need no group work without one.
    private func resume(_ id: String?, _ host: LiveHost, for words: [String]) async throws {
        let active = await host.environment.client.groups.filter(\.isActive).count
        let needsGroup =
            ["say", "expect", "messages"].contains(words[0])
            || words[0] == "group" && !["list", "use", "create"].contains(words.dropFirst().first ?? "list")
        if active == 0, id == nil, needsGroup {
            throw Failure(
                .usage, "there is no active group in the state directory",
                hints: ["pikachat agent new makes one, and keeps it with --keep", "pikachat do group list"])
        }
        // What only looks at files or single events need not wait for relays.
        let isLocal = words[0] == "decode" || words == ["group", "list"]
        guard id != nil || needsGroup || active == 1 && !isLocal else { return }
        _ = try await host.openSession(named: nil).resumeGroup(id)
    }
}
