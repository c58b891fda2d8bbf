import AgentCommands
import AgentCore
import Foundation
import Marmot
import Nostr
import PikaShell
import Scripting
import Vocabulary

/// `pikachat do COMMAND…`: one command of the shell, with a group of the state directory.
struct DoCommand: Subcommand {
    var style: TextRenderer.Style { .prompt }

    var spec: CommandSpec {
        CommandSpec(
            name: "do", summary: "runs one command of the shell on a group of the state directory",
            usage: "[--group ID] COMMAND [WORD…]",
            options: [
                .trace,
                OptionSpec(
                    "--group", placeholder: "ID",
                    help: "the beginning of the group's id, or its name [default: the only active one]"),
            ],
            details: """
                pikachat do group list             pikachat do group state
                pikachat do group invite npub1…    pikachat do --group 3fa9 say "good night"
                pikachat do decode event.json
                Without --relay, the relays of the group are used.
                `pikachat help` lists all commands; words that begin with -- stand behind a lone --.
                """)
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        guard !arguments.positionals.isEmpty else {
            throw Failure(.usage, "do needs a command", hints: ["pikachat do group list"])
        }
        let source = Source(
            name: "do", text: arguments.positionals.map(ScriptWord.argument).joined(separator: " "))
        let script: CheckedScript
        // The group of an earlier run is there before the command.
        switch CheckedScript.make(
            source, catalogue: context.catalogue, context: CheckContext(host: [.anyGroup, .group]))
        {
        case .success(let checked): script = checked
        case .failure(let problems):
            for problem in problems.problems { context.log.emit(.failure(problem)) }
            return FailureCode.usage.exitStatus
        }
        for warning in script.warnings { context.log.emit(.warning(warning)) }
        let group = arguments.value("--group")
        var configuration = context.configuration
        configuration.explicitRelays = configuration.explicitRelays ?? Self.relays(of: group, configuration)
        return try await context.with(configuration).withHost { host in
            try await resume(group, host, for: script)
            return try await context.shell(host).run([script])
        }
    }

    /// Where the group meets; nil when it is not clear which one is meant, or its files cannot be read (the host says why).
    private static func relays(of id: String?, _ configuration: Configuration) -> [RelayURL]? {
        guard let groups = try? FileAccountStore(directory: configuration.stateDirectory).loadGroups() else {
            return nil
        }
        let matching = groups.filter { group in
            id.map { group.nostrGroupIDHex.hasPrefix($0.lowercased()) || group.data.name == $0 }
                ?? group.isActive
        }
        guard matching.count == 1, let group = matching.first, !(group.relays + group.formerRelays).isEmpty
        else { return nil }
        return group.relays + group.formerRelays.filter { !group.relays.contains($0) }
    }

    /// Commands that need no group work without one, and without waiting for its relays.
    private func resume(_ id: String?, _ host: LiveHost, for script: CheckedScript) async throws {
        let active = await host.workspace.environment.client.groups.filter(\.isActive).count
        let requirements = script.requirements
        if active == 0, id == nil, requirements.contains(.group) {
            throw Failure(
                .usage, "there is no active group in the state directory",
                hints: ["pikachat agent new creates one, and keeps it with --keep", "pikachat do group list"])
        }
        let isWanted =
            id != nil || requirements.contains(.group) || active == 1 && requirements.contains(.anyGroup)
        guard isWanted else { return }
        _ = try await host.sessions.open(named: nil).session.resumeGroup(id)
    }
}
