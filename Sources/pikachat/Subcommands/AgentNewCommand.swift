import Vocabulary
import AgentCore
import Foundation
import Nostr
import PikaShell
import Scripting

/// `pikachat agent new`: the whole pipeline in one go.
struct AgentNewCommand: Subcommand {
    let providers: [ProviderDescription]
    var style: TextRenderer.Style { .chat }

    var spec: CommandSpec {
        var spec = CommandSpec(
            name: "agent new", summary: "starts an agent, connects, chats, and removes it again",
            usage: "[--provider \(names.joined(separator: "|"))] [options]")
        spec.options = [
            .trace,
            OptionSpec("--name", placeholder: "NAME", help: "name of the agent"),
            OptionSpec(
                "--provider", placeholder: names.joined(separator: "|"),
                help: "who runs it (or PIKA_AGENT_PROVIDER) [default: \(defaultProvider)]"),
            OptionSpec(
                "--brain", placeholder: "stub|pi",
                help: "what answers (or PIKA_AGENT_BRAIN) [default: the provider's]"),
            OptionSpec("--print-script", help: "prints the equivalent .pika script and ends"),
            .mock,
        ]
        var seen = Set<String>()
        for provider in providers {
            for parameter in provider.parameters where seen.insert(parameter.name).inserted {
                spec.options.append(OptionSpec(parameter))
            }
        }
        spec.details = """
            \(Self.manners)

            environment:
            \(providers.map { "  \($0.name)\n" + TextTable.rows($0.variables.map { ("  \($0.name)", $0.help) }) }.joined())
            pikachat agent new --provider \(names.joined(separator: "|")) --help shows what concerns one provider.
            """
        return spec
    }

    private static let manners = """
        On a terminal: type messages at `you> `; Ctrl-C ends. A microVM is removed then (but with --keep); Fly machines and Workers
        agents stay, and what is printed says how to find them. From a pipe: each line is sent; it ends at end of input.
        Default relays: \(RelayDefaults.texts.joined(separator: ", "))
        """

    /// With `--provider` only what concerns that one.
    func help(_ arguments: ParsedArguments) throws -> String {
        guard let name = arguments.value("--provider") else { return HelpText.page(spec) }
        let provider = try provider(named: name)
        let foreign = Set(providers.flatMap(\.parameters).map { "--\($0.name)" })
            .subtracting(provider.parameters.map { "--\($0.name)" })
        var page = spec
        page.summary =
            "\(provider.summary): starts it, connects, chats, and at the end \(provider.removesAgentAtEnd ? "removes it" : "leaves it running")"
        page.usage = "--provider \(name) [options]"
        page.options = spec.options.filter { !foreign.contains($0.names[0]) }
        page.details = """
            \(Self.manners)

            environment:
            \(TextTable.rows(provider.variables.map { ($0.name, $0.help) }))
            """
        return HelpText.page(page)
    }

    private var names: [String] { providers.map(\.name) }
    private var defaultProvider: String {
        (providers.first(where: \.isDefault) ?? providers.first)?.name ?? ""
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        guard arguments.positionals.isEmpty else {
            throw Failure(
                .usage, "agent new does not take \(arguments.positionals[0])",
                hints: ["options begin with --"])
        }
        let environment = context.configuration.environment
        let description = try provider(arguments, environment)
        try checkBrain(arguments, environment, description)
        let given = try Self.given(arguments, description, providers)
        let values: ParameterSet
        do {
            values = try ParameterSet(description.parameters, given: given, environment: environment)
        } catch {
            throw Self.asOption(error, description, given)
        }
        let text = ScriptText(
            provider: description, given: given, name: arguments.value("--name"),
            // Only a provider that removes its agents by itself does so here.
            removes: description.removesAgentAtEnd && !values.flag("keep"))
        if arguments.has("--print-script") {
            let script = text.printed(
                relays: context.configuration.explicitRelays?.map(\.text) ?? [],
                isMock: arguments.has("--mock"))
            context.result("script", ["text": .text(script)], script, isBlock: true)
            return 0
        }
        let source = Source(name: "agent new", text: text.pipeline)
        let script = try CheckedScript.make(source, catalogue: context.catalogue).get()
        return try await context.withHost(isMock: arguments.has("--mock")) { host in
            let chat = AgentChat(host: host, provider: description, context: context)
            return try await context.shell(host).run([script], manner: .conversation) {
                try await chat.run(in: $0)
            }
        }
    }

    private func provider(_ arguments: ParsedArguments, _ environment: [String: String]) throws
        -> ProviderDescription
    {
        let name =
            arguments.value("--provider") ?? Self.variable("PIKA_AGENT_PROVIDER", environment)
            ?? defaultProvider
        return try self.provider(named: name)
    }

    private func provider(named name: String) throws -> ProviderDescription {
        guard let found = providers.first(where: { $0.name == name }) else {
            let nearest = Suggestion.nearest(to: name, among: names).map { ["did you mean \($0)?"] } ?? []
            throw Failure(
                .usage, "there is no provider \(name)",
                hints: nearest + ["known: \(names.joined(separator: ", "))"])
        }
        return found
    }

    /// Blank counts as absent.
    private static func variable(_ name: String, _ environment: [String: String]) -> String? {
        environment[name].flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
    }

    /// Every provider has one brain today; asking for the other is refused by name.
    private func checkBrain(
        _ arguments: ParsedArguments, _ environment: [String: String], _ provider: ProviderDescription
    ) throws {
        guard
            let brain = arguments.value("--brain")
                ?? Self.variable("PIKA_AGENT_BRAIN", environment)
        else { return }
        guard ["stub", "pi"].contains(brain) else {
            throw Failure(.usage, "--brain \(brain): must be stub or pi")
        }
        guard brain == provider.defaultBrain else {
            throw Failure(
                .usage,
                "--brain \(brain) does not go with --provider \(provider.name), whose brain is \(provider.defaultBrain)"
            )
        }
    }

    /// In the words of the command line: `--cpu 65` where a script says `cpu=65`; a variable by its own name.
    private static func asOption(
        _ error: ParameterError, _ description: ProviderDescription, _ given: [String: String]
    ) -> Failure {
        let origin =
            given[error.parameter] == nil
            ? description.parameters.first { $0.name == error.parameter }?.environment
            : nil
        let (name, sign) = origin.map { ($0, "=") } ?? ("--\(error.parameter)", " ")
        let prefix = "\(error.parameter)="
        let text =
            error.description.hasPrefix(prefix)
            ? name + sign + error.description.dropFirst(prefix.count)
            : error.description.hasPrefix(error.parameter)
                ? name + error.description.dropFirst(error.parameter.count) : error.description
        return Failure(.usage, text)
    }

    /// Provider options that were given; those of another provider are refused together.
    private static func given(
        _ arguments: ParsedArguments, _ description: ProviderDescription, _ providers: [ProviderDescription]
    ) throws -> [String: String] {
        var given: [String: String] = [:]
        var foreign: [String: [String]] = [:]
        for provider in providers {
            for parameter in provider.parameters {
                let option = "--\(parameter.name)"
                guard let text = arguments.value(option) ?? (arguments.has(option) ? "yes" : nil) else {
                    continue
                }
                if description.parameters.contains(where: { $0.name == parameter.name }) {
                    given[parameter.name] = text
                } else {
                    foreign[provider.name, default: []].append(option)
                }
            }
        }
        let sorted = foreign.sorted { $0.key < $1.key }
        guard sorted.isEmpty else {
            throw Failure(
                .usage,
                sorted.map { provider, options in
                    "\(provider) options \(options.joined(separator: ", ")) require --provider \(provider)"
                }.joined(separator: "; "))
        }
        return given
    }
}
