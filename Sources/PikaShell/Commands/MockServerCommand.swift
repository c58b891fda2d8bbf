import AgentCore
import Cryptography
import Foundation
import Marmot
import Mocks
import Nostr

/// `pikachat mock relay|microvm|agent`: a mock in the foreground, for other programs.
struct MockServerCommand: Subcommand {
    private static let kinds = ["relay", "fly", "workers", "microvm", "all", "agent"]

    var spec: CommandSpec {
        var spec = CommandSpec(
            name: "mock", summary: "a mock relay, control plane or agent in the foreground",
            usage: "relay|fly|workers|microvm|all|agent [options]")
        spec.options = [
            OptionSpec("--port", placeholder: "N", help: "on 127.0.0.1 [default: any free one]"),
            OptionSpec(
                "--on", placeholder: "REGEX",
                help: "the agent answers only messages that match; goes with the next --reply",
                isRepeatable: true),
            OptionSpec(
                "--reply", placeholder: "TEXT",
                help: "its answer; {text} stands for the message [default: echo: {text}]", isRepeatable: true),
            OptionSpec("--owner", placeholder: "NPUB", help: "mock agent: obeys nobody else"),
            OptionSpec(
                "--boot", placeholder: "TIME",
                help: "from the control plane's answer to the start of the agent"
            ),
            OptionSpec(
                "--guest", placeholder: "COMMAND",
                help: "mock microvm: runs this as guest; {secret} {owner} {relays} are filled in"),
        ]
        spec.details = """
            Each prints one line when it is ready, then works until it gets a signal:
              ready ws://127.0.0.1:N            mock relay
              ready http://127.0.0.1:N          mock fly, workers, microvm; agents use the relays given with --relay, else those that
                                                the create request names (fly: the default relays)
              ready ws://… fly=… workers=… microvm=…   mock all, with a relay of its own; --port N takes N to N+3
              ready npub1… HEX                  mock agent, on the relays given with --relay
            """
        return spec
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        let kind = arguments.positionals.first ?? ""
        guard arguments.positionals.count == 1, Self.kinds.contains(kind) else {
            throw Failure(
                .usage,
                kind.isEmpty
                    ? "mock needs to know what to be"
                    : "there is no mock \(arguments.positionals.joined(separator: " "))",
                hints: ["known: \(Self.kinds.joined(separator: ", "))"])
        }
        let port = try Self.port(arguments.value("--port"))
        let rules = try Self.rules(arguments)
        let template = try Self.template(arguments, rules)
        switch kind {
        case "relay": return try await relay(port, context)
        case "microvm": return try await microVM(port, template, arguments, context)
        case "fly": return try await fly(port, template, context)
        case "workers": return try await workers(port, template, arguments, context)
        case "all": return try await all(port, template, context)
        default: return try await agent(rules, arguments, context)
        }
    }

    private func relay(_ port: UInt16, _ context: CommandContext) async throws -> Int32 {
        let relay = try EmbeddedRelay(port: port)
        await relay.start()
        context.output.line("ready \(relay.url)")
        let status = await Self.untilSignal()
        await relay.stop()
        return status
    }

    private func microVM(
        _ port: UInt16, _ template: AgentTemplate, _ arguments: ParsedArguments, _ context: CommandContext
    ) async throws -> Int32 {
        var settings = MockMicroVM.Settings()
        settings.guest = arguments.value("--guest")
        let directory = Self.directory(context)
        let spawner = try MockMicroVM(
            port: port, settings: settings, relays: context.configuration.explicitRelays, directory: directory
        ) { template }
        await spawner.start()
        context.output.line("ready \(spawner.url)")
        let status = await Self.untilSignal()
        await spawner.stop()
        // Only guests' copies of files: nothing is lost when this fails.
        try? FileManager.default.removeItem(atPath: directory)
        return status
    }

    private func fly(_ port: UInt16, _ template: AgentTemplate, _ context: CommandContext) async throws
        -> Int32
    {
        let fly = try MockFly(port: port, relays: context.configuration.relays, faults: Faults()) { template }
        await fly.start()
        context.output.line("ready \(fly.url)")
        let status = await Self.untilSignal()
        await fly.stop()
        return status
    }

    private func workers(
        _ port: UInt16, _ template: AgentTemplate, _ arguments: ParsedArguments, _ context: CommandContext
    ) async throws -> Int32 {
        let token = context.configuration.environment["PIKA_WORKERS_API_TOKEN"].flatMap {
            $0.isEmpty ? nil : $0
        }
        let workers = try MockWorkers(
            port: port, token: token, relays: context.configuration.explicitRelays, faults: Faults()
        ) { template }
        await workers.start()
        context.output.line("ready \(workers.url)")
        let status = await Self.untilSignal()
        await workers.stop()
        return status
    }

    private func all(_ port: UInt16, _ template: AgentTemplate, _ context: CommandContext) async throws
        -> Int32
    {
        let directory = Self.directory(context)
        let world = try MockWorld(
            relays: context.configuration.explicitRelays, directory: directory,
            ports: port == 0 ? nil : .init(first: port))
        await world.change { $0 = template }
        await world.start()
        context.output.line(
            "ready \(world.relay.url) fly=\(world.fly.url) workers=\(world.workers.url) microvm=\(world.microVM.url)"
        )
        let status = await Self.untilSignal()
        await world.stop()
        // As above: only guests' copies of files.
        try? FileManager.default.removeItem(atPath: directory)
        return status
    }

    private static func directory(_ context: CommandContext) -> String {
        "\(context.configuration.environment["TMPDIR"] ?? "/tmp")/pikachat-guests-\(getpid())"
    }

    private static func template(_ arguments: ParsedArguments, _ rules: ReplyRules) throws -> AgentTemplate {
        var template = AgentTemplate()
        template.rules = rules
        if let text = arguments.value("--boot") {
            guard let boot = DurationText.parse(text, bareUnit: .seconds) else {
                throw Failure(.usage, "--boot \(text): a time is needed, such as 3s")
            }
            template.boot = boot
        }
        return template
    }

    private func agent(_ rules: ReplyRules, _ arguments: ParsedArguments, _ context: CommandContext)
        async throws -> Int32
    {
        let key = try Secp256k1SecretKey.random(from: SystemRandom())
        let output = context.output
        let agent = try MockAgent(
            key: key, relays: context.configuration.relays,
            owner: try arguments.value("--owner").map { try KeyText.publicKey($0) },
            behaviour: .init(rules: { rules }),
            environment: RelayEnvironment(authorityFile: context.configuration.authorityFile),
            report: { event in
                switch event {
                case .ready: output.line("ready \(KeyText.npub(key.publicKey)) \(key.publicKey.hex)")
                case .joined: output.line("joined a group", to: .error)
                case .message(let text): output.line("message: \(text)", to: .error)
                case .replied(let text): output.line("replied: \(text)", to: .error)
                case .refused(let why): output.line("refused: \(why)", to: .error)
                }
            })
        let work = Task { try await agent.run() }
        let signals = InterruptCounter()
        Signals.shared.handle { number in
            _ = signals.count(number)
            work.cancel()
        }
        do {
            try await work.value
            return signals.first.map { 128 + $0 } ?? 0
        } catch {
            if let number = signals.first { return 128 + number }
            throw error
        }
    }

    private static func port(_ text: String?) throws -> UInt16 {
        guard let text else { return 0 }
        guard let port = UInt16(text) else {
            throw Failure(.usage, "--port \(text.prefix(20)): a number from 0 to 65535 is needed")
        }
        return port
    }

    /// `--on A --reply B` pairs; a reply without a pattern answers everything.
    private static func rules(_ arguments: ParsedArguments) throws -> ReplyRules {
        let (patterns, replies) = (arguments.all("--on"), arguments.all("--reply"))
        guard patterns.count <= replies.count else { throw Failure(.usage, "every --on needs a --reply") }
        return ReplyRules(
            try replies.enumerated().map { index, reply in
                guard index < patterns.count else { return .init(pattern: nil, reply: reply) }
                let pattern = PatternText.body(of: patterns[index])
                guard (try? Regex(pattern)) != nil else {
                    throw Failure(.usage, "--on \(pattern): this is no valid regular expression")
                }
                return .init(pattern: pattern, reply: reply)
            })
    }

    private static func untilSignal() async -> Int32 {
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        Signals.shared.handle { continuation.yield($0) }
        for await number in stream {
            Signals.shared.handle(nil)
            return 128 + number
        }
        return 0
    }
}
