import AgentCore
import Nostr

/// `spawn PROVIDER key=value…`
struct SpawnCommand: Command, WordChecking {
    let providers: [ProviderDescription]

    var description: CommandDescription {
        var description = CommandDescription("spawn", "starts an agent at a provider")
        description.words = .list("PROVIDER", required: true)
        description.parameters = common
        description.isRepeatable = false
        description.results = [("id", "the provider's name for it"), ("npub", "the agent's public key")]
        description.examples = [
            "spawn microvm cpu=1 mem=1024", "spawn microvm url=http://127.0.0.1:8080 ttl=2h as=vm2",
        ]
        return description
    }

    private var common: [Parameter] {
        [
            Parameter("name", .text, "name of the agent"),
            Parameter(
                "create-timeout", .duration(unit: .seconds, seconds: 1...3600),
                "how long the control plane may take to answer"),
            Parameter("session", .text, "name of the session; for several agents at once"),
        ]
    }

    func parameters(firstWord: String?) -> [Parameter] {
        common + (providers.first { $0.name == firstWord }?.parameters ?? [])
    }

    func problem(in words: [Word]) -> Diagnostic? {
        guard let name = words.first?.literal else { return nil }
        if words.count > 1 {
            return Diagnostic(
                code: .usage, message: "spawn takes one provider", range: words[1].range,
                notes: ["options are written key=value"])
        }
        guard !providers.contains(where: { $0.name == name }) else { return nil }
        let names = providers.map(\.name)
        return Diagnostic(
            code: .usage, message: "there is no provider \(name)", range: words[0].range,
            notes: [
                Suggestion.nearest(to: name, among: names).map { "did you mean \($0)?" },
                "known: \(names.joined(separator: ", "))",
            ].compactMap { $0 })
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        guard let description = providers.first(where: { $0.name == call.words.first }) else {
            throw Failure(
                .usage, "there is no provider \(call.words.first ?? "")",
                hints: ["known: \(providers.map(\.name).joined(separator: ", "))"])
        }
        let provider = try await script.host.provider(description, call.values)
        let previous = await script.host.sessions().first?.name
        let session = try await script.host.openSession(named: call.values.text("session"))
        let agent: ProvisionedAgent
        do {
            agent = try await session.provision(
                with: provider, name: call.values.text("name"),
                keep: call.values.flag("keep"))
        } catch {
            // The session that was in use stays the current one.
            if let previous { try await script.host.use(previous) }
            throw error
        }
        var fields = agent.fields
        fields["npub"] = .text(KeyText.npub(agent.publicKey))
        fields["session"] = .text(session.name)
        await script.set("vm", .record(fields))
        await script.moveCursor(of: session.name, to: await session.cursor)
        return fields
    }
}
