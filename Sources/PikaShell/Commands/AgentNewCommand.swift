import AgentCore
import Foundation
import Nostr
import Scripting

/// `pikachat agent new`: the whole pipeline in one go.
struct AgentNewCommand: Subcommand {
    let providers: [ProviderDescription]
    var style: EventPrinter.Style { .chat }

    var spec: CommandSpec {
        var spec = CommandSpec(
            name: "agent new", summary: "starts an agent, connects, chats, and removes it again",
            usage: "[--provider \(names.joined(separator: "|"))] [options]")
        spec.options = [
            OptionSpec("--name", placeholder: "NAME", help: "name of the agent"),
            OptionSpec(
                "--provider", placeholder: names.joined(separator: "|"),
                help: "who runs it (or PIKA_AGENT_PROVIDER) [default: \(defaultProvider)]"),
            OptionSpec(
                "--brain", placeholder: "stub|pi",
                help: "what answers (or PIKA_AGENT_BRAIN) [default: the provider's]"),
            OptionSpec("--print-script", help: "prints the equivalent .pika script and ends"),
            OptionSpec(
                "--mock", help: "relay, control plane and agent in this process; nothing leaves the machine"),
        ]
        var seen = Set<String>()
        for provider in providers {
            for parameter in provider.parameters where seen.insert(parameter.name).inserted {
                spec.options.append(OptionSpec(parameter))
            }
        }
        spec.details = """
            On a terminal: type messages at `you> `; Ctrl-C ends. A microVM is removed then (but with --keep); Fly machines and Workers
            agents stay, and what is printed says how to find them. From a pipe: each line is sent; it ends at end of input.
            Default relays: \(RelayDefaults.texts.joined(separator: ", "))
            """
        return spec
    }

    private var names: [String] { providers.map(\.name) }
    private var defaultProvider: String { names.contains("fly") ? "fly" : names.first ?? "" }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        guard arguments.positionals.isEmpty else {
            throw Failure(
                .usage, "agent new takes no \(arguments.positionals[0])", hints: ["options begin with --"])
        }
        let environment = context.configuration.environment
        let description = try provider(arguments, environment)
        try checkBrain(arguments, environment, description)
        let given = try Self.given(arguments, description, providers)
        let values = try ParameterSet(description.parameters, given: given, environment: environment)
        if arguments.has("--print-script") {
            context.output.line(
                ScriptText.make(
                    description, given, name: arguments.value("--name"),
                    relays: context.configuration.explicitRelays?.map(\.text) ?? []))
            return 0
        }
        let host = try await LiveHost.make(
            context.configuration, isMock: arguments.has("--mock"), log: context.log)
        let status = await AgentChat(
            host: host, description: description, values: values, name: arguments.value("--name"),
            output: context.output
        ).run()
        await host.close()
        return status
    }

    private func provider(_ arguments: ParsedArguments, _ environment: [String: String]) throws
        -> ProviderDescription
    {
        let name =
            arguments.value("--provider") ?? Self.variable("PIKA_AGENT_PROVIDER", environment)
            ?? defaultProvider
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
            throw Failure(.usage, "--brain \(brain): stub or pi is needed")
        }
        guard brain == provider.defaultBrain else {
            throw Failure(
                .usage,
                "--brain \(brain) does not go with --provider \(provider.name), whose brain is \(provider.defaultBrain)"
            )
        }
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
        if let (provider, options) = foreign.sorted(by: { $0.key < $1.key }).first {
            throw Failure(
                .usage,
                "\(provider) options \(options.joined(separator: ", ")) require --provider \(provider)")
        }
        return given
    }
}
