import AgentCore
import Scripting
import Vocabulary
import Nostr

/// `spawn PROVIDER key=value…`
struct SpawnCommand: Command {
    let providers: [ProviderDescription]

    var description: CommandDescription {
        var description = CommandDescription("spawn", "starts an agent at a provider")
        description.words = .list("PROVIDER", required: true)
        description.choices = providers.map(\.name)
        description.suggestsNext = true
        description.variables = ["vm"]
        description.parameters = common
        description.repetition = .onlyWithoutEffect
        description.provides = [.agent]
        description.results = [
            ("id", "the provider's name for it"), ("npub", "the agent's public key"),
            ("session", "name of the session"), ("provider", "who runs it"), ("url", "of the control plane"),
            ("ip", "microvm: its address"), ("app", "fly: the app"), ("volume", "fly: its volume"),
            ("instance", "fly: the machine's instance"),
        ]
        description.examples = [
            "spawn microvm cpu=1 mem=1024", "spawn microvm url=http://127.0.0.1:8080 ttl=2h as=second",
        ]
        description.opens = "agent"
        description.usualLimit = .seconds(180)
        return description
    }

    private var common: [Parameter] {
        [
            Parameter("name", .text, "name of the agent"),
            Parameter(
                "create-timeout", .duration(unit: .seconds, seconds: 1...3600),
                "how long the control plane may take to create it"),
            Parameter(
                "follow-up", .duration(unit: .seconds, seconds: 0...3600),
                "how long a creation without an answer is looked for; later, agent sweep does", default: "30s"
            ),
            Parameter("session", .text, "name of the session; for several agents at once"),
        ]
    }

    func parameters(firstWord: String?) -> [Parameter] {
        common + (providers.first { $0.name == firstWord }?.parameters ?? [])
    }

    /// Until the provider is known, any provider's parameters may be meant.
    func possibleParameters(firstWord: String?) -> [Parameter] {
        guard firstWord == nil else { return parameters(firstWord: firstWord) }
        var all = common
        for parameter in providers.flatMap(\.parameters)
        where !all.contains(where: { $0.name == parameter.name }) {
            all.append(parameter)
        }
        return all
    }

    func opens(_ call: WrittenCall) -> String? {
        // An agent that nothing can remove is nobody's mistake.
        let provider = providers.first { $0.name == call.words.first?.literal }
        return provider?.canRemove ?? true ? description.opens : nil
    }

    func problem(in call: WrittenCall) -> WordProblem? {
        let words = call.words
        guard let name = words.first?.literal else { return nil }
        if words.count > 1 {
            return WordProblem(
                "spawn takes one provider", at: words[1], hints: ["options are written key=value"])
        }
        guard !providers.contains(where: { $0.name == name }) else { return nil }
        let names = providers.map(\.name)
        return WordProblem(
            "there is no provider \(name)", at: words[0],
            hints: [
                Suggestion.nearest(to: name, among: names).map { "did you mean \($0)?" },
                "known: \(names.joined(separator: ", "))",
            ].compactMap { $0 })
    }

    func namings(of call: WrittenCall) -> [(naming: Naming, word: Word)] { SessionNaming.created(by: call) }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let host = try script.agents
        // The host's own, not those that this command was described with: they may go through faults.
        guard let description = host.providers.description(named: call.words.first ?? "") else {
            throw Failure(
                .usage, "there is no provider \(call.words.first ?? "")",
                hints: ["known: \(providers.map(\.name).joined(separator: ", "))"])
        }
        let provider = try host.providers.make(description, call.values)
        let previous = await host.sessions.currentName
        let (session, isNew) = try await host.sessions.open(named: call.sessionName)
        let agent: ProvisionedAgent
        do {
            agent = try await session.provision(
                with: provider, name: call.values.text("name"),
                keep: call.values.flag("keep"))
        } catch {
            // The session that was in use stays in use; one that came to nothing is forgotten, unless something is still to be settled.
            if isNew, await !session.hasInterruptedStart {
                await host.sessions.discard(session.name, returningTo: previous)
            } else if let previous {
                try await host.sessions.use(previous)
            }
            throw error
        }
        var fields = agent.fields
        fields["npub"] = .text(KeyText.npub(agent.publicKey))
        fields["session"] = .text(session.name)
        await script.set("vm", .record(fields))
        await session.read(upTo: session.cursor)
        return fields
    }
}
