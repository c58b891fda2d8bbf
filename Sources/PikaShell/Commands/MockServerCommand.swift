import AgentCore
import Cryptography
import Foundation
import Marmot
import Mocks
import Nostr

/// `pikachat mock relay|fly|workers|microvm|all|agent`: a mock in the foreground, for other programs.
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
            OptionSpec(
                "--update-keys", help: "mock agent: gives itself fresh keys a while after joining (MIP-02)"),
            OptionSpec("--owner", placeholder: "NPUB", help: "mock agent: obeys nobody else"),
            OptionSpec(
                "--boot", placeholder: "TIME",
                help: "from the control plane's answer (mock agent: from now) to the start of the agent"
            ),
            OptionSpec(
                "--guest", placeholder: "COMMAND",
                help: "mock microvm: runs this as guest; {secret} {owner} {relays} are filled in"),
            OptionSpec(
                "--fault", placeholder: "'STAGE …'",
                help:
                    "something that goes wrong, in the words of the fault command: 'spawn status=503 times=1'",
                isRepeatable: true),
        ]
        spec.details = """
            Mock fly and mock workers take every request's token; with FLY_API_TOKEN or PIKA_WORKERS_API_TOKEN set, that one only.
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
        try Self.checkOptions(arguments, kind)
        let port = try Self.port(arguments.value("--port"))
        let rules = try Self.rules(arguments)
        let template = try Self.template(arguments, rules)
        let faults = Faults()
        for text in arguments.all("--fault") { await faults.add(try Self.fault(text)) }
        let relays = context.configuration.explicitRelays
        switch kind {
        case "relay":
            let relay = try EmbeddedRelay(port: port, faults: faults)
            return await Self.serve(relay, context, [("relay", relay.url.text)])
        case "microvm":
            var settings = MockMicroVM.Settings()
            settings.guest = arguments.value("--guest")
            let spawner = try MockMicroVM(
                port: port, settings: settings, relays: relays, directory: Self.directory(context),
                faults: faults
            ) { template }
            return await Self.serve(spawner, context, [("microvm", spawner.url)])
        case "fly":
            let fly = try MockFly(
                port: port, token: Self.token("FLY_API_TOKEN", context), relays: context.configuration.relays,
                faults: faults
            ) { template }
            return await Self.serve(fly, context, [("fly", fly.url)])
        case "workers":
            let workers = try MockWorkers(
                port: port, token: Self.token("PIKA_WORKERS_API_TOKEN", context), relays: relays,
                faults: faults
            ) { template }
            return await Self.serve(workers, context, [("workers", workers.url)])
        case "all":
            guard port <= UInt16.max - 3 else {
                throw Failure(.usage, "mock all takes four ports: --port \(UInt16.max - 3) at most")
            }
            let world = try MockWorld(
                relays: relays, directory: Self.directory(context),
                ports: port == 0 ? nil : .init(first: port), faults: faults)
            await world.change { $0 = template }
            return await Self.serve(
                world, context,
                [
                    ("relay", world.relay.url.text), ("fly", world.fly.url), ("workers", world.workers.url),
                    ("microvm", world.microVM.url),
                ])
        default: return try await agent(template, faults, arguments, context)
        }
    }

    /// - Parameter addresses: by kind; the first stands without its name.
    private static func serve(
        _ server: some MockServer, _ context: CommandContext, _ addresses: [(kind: String, url: String)]
    ) async -> Int32 {
        await server.start()
        let texts = [addresses[0].url] + addresses.dropFirst().map { "\($0.kind)=\($0.url)" }
        context.result(
            "ready", Dictionary(uniqueKeysWithValues: addresses.map { ($0.kind, .text($0.url)) }),
            "ready \(texts.joined(separator: " "))")
        let status = await untilSignal()
        await server.stop()
        // Only guests' copies of files, where there were any: nothing is lost when this fails.
        try? FileManager.default.removeItem(atPath: directory(context))
        return status
    }

    private static func token(_ name: String, _ context: CommandContext) -> String? {
        context.configuration.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Options that this mock would not heed are refused.
    private static func checkOptions(_ arguments: ParsedArguments, _ kind: String) throws {
        let takers = [
            "--port": kinds.filter { $0 != "agent" }, "--on": kinds.filter { $0 != "relay" },
            "--reply": kinds.filter { $0 != "relay" }, "--boot": kinds.filter { $0 != "relay" },
            "--owner": ["agent"], "--guest": ["microvm"],
            "--update-keys": ["agent"],
        ]
        for (option, takers) in takers.sorted(by: { $0.key < $1.key })
        where (arguments.value(option) != nil || arguments.has(option)) && !takers.contains(kind) {
            throw Failure(
                .usage, "mock \(kind) has no use for \(option)",
                hints: ["it belongs to mock \(takers.joined(separator: ", mock "))"])
        }
    }

    /// `STAGE [KIND] key=value…`
    private static func fault(_ text: String) throws -> FaultRule {
        var (words, values): ([String], [String: String]) = ([], [:])
        for part in text.split(whereSeparator: \.isWhitespace).map(String.init) {
            if let sign = part.firstIndex(of: "=") {
                values[String(part[..<sign])] = String(part[part.index(after: sign)...])
            } else {
                words.append(part)
            }
        }
        do {
            return try FaultRule(words: words, values: values)
        } catch let failure as Failure {
            throw Failure(.usage, "--fault '\(text.prefix(100))': \(failure.message)", hints: failure.hints)
        }
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

    private func agent(
        _ template: AgentTemplate, _ faults: Faults, _ arguments: ParsedArguments, _ context: CommandContext
    ) async throws -> Int32 {
        let key = try Secp256k1SecretKey.random(from: SystemRandom())
        var behaviour = MockAgent.Behaviour(rules: { template.rules }, faults: faults)
        behaviour.keyUpdates = arguments.has("--update-keys") ? .whenDue : .never
        let agent = try MockAgent(
            key: key, relays: context.configuration.relays,
            owner: try arguments.value("--owner").map { try KeyText.publicKey($0) },
            behaviour: behaviour,
            environment: RelayEnvironment(authorityFile: context.configuration.authorityFile),
            report: { event in
                switch event {
                case .ready:
                    let npub = KeyText.npub(key.publicKey)
                    context.result(
                        "ready", ["npub": .text(npub), "pubkey": .text(key.publicKey.hex)],
                        "ready \(npub) \(key.publicKey.hex)")
                case .joined: context.output.line("joined a group", to: .error)
                case .message(let text): context.output.line("message: \(text)", to: .error)
                case .replied(let text): context.output.line("replied: \(text)", to: .error)
                case .updatedKeys: context.output.line("updated keys", to: .error)
                case .refused(let why): context.output.line("refused: \(why)", to: .error)
                }
            })
        let work = Task {
            try await ContinuousClock().sleep(for: template.boot)
            try await agent.run()
        }
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
