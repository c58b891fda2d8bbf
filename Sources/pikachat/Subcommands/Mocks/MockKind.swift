import AgentCore
import Cryptography
import Foundation
import Marmot
import Mocks
import Nostr
import Providers
import Vocabulary

/// One kind of mock: its name, the options that it takes, how it runs.
struct MockKind: Sendable {
    let name: String
    let options: Set<MockOption>
    /// Works until a signal comes; returns the exit status.
    let run: @Sendable (MockSetup) async throws -> Int32

    static let all = [
        relay,
        MockKind(name: FlyProvider.providerName, options: [.port, .on, .reply, .boot, .fault, .from]) {
            setup in
            if let status = try await setup.serveCassette(FlyProvider.providerName) { return status }
            let fly = try MockFly(
                port: setup.port, token: setup.token("FLY_API_TOKEN"),
                app: setup.variable("FLY_BOT_APP_NAME"),
                relays: setup.configuration.relays,
                faults: setup.faults
            ) { setup.template }
            return await setup.serve(fly, [(FlyProvider.providerName, fly.url)])
        },
        MockKind(name: WorkersProvider.providerName, options: [.port, .on, .reply, .boot, .fault, .from]) {
            setup in
            if let status = try await setup.serveCassette(WorkersProvider.providerName) { return status }
            let workers = try MockWorkers(
                port: setup.port, token: setup.token("PIKA_WORKERS_API_TOKEN"),
                relays: setup.configuration.explicitRelays, faults: setup.faults
            ) { setup.template }
            return await setup.serve(workers, [(WorkersProvider.providerName, workers.url)])
        },
        MockKind(
            name: MicroVMProvider.providerName, options: [.port, .on, .reply, .boot, .guest, .fault, .from]
        ) { setup in
            if let status = try await setup.serveCassette(MicroVMProvider.providerName) { return status }
            var settings = MockMicroVM.Settings()
            settings.guest = setup.guest
            let spawner = try MockMicroVM(
                port: setup.port, settings: settings, relays: setup.configuration.explicitRelays,
                directory: setup.directory, faults: setup.faults
            ) { setup.template }
            return await setup.serve(spawner, [(MicroVMProvider.providerName, spawner.url)])
        },
        world, agent, pi, blossom,
    ]

    /// A server for files of messages.
    private static let blossom = MockKind(name: "blossom", options: [.port]) { setup in
        let server = try MockBlossom(port: setup.port)
        return await setup.serve(server, [("blossom", server.url)])
    }

    /// What a guest asks for answers.
    private static let pi = MockKind(name: "pi", options: [.on, .reply]) { setup in
        let prompt = try setup.context.standardInput().text
        // Where no rule matches, it has nothing to say.
        guard let reply = setup.template.rules.reply(to: prompt) else { return 0 }
        setup.context.terminal.report(reply + "\n")
        return 0
    }

    private static let relay = MockKind(name: "relay", options: MockOption.behaviours.union([.port, .fault]))
    { setup in
        let relay = try EmbeddedRelay(port: setup.port, behaviour: setup.behaviour, faults: setup.faults)
        return await setup.serve(relay, [("relay", relay.url.text)])
    }

    private static let world = MockKind(name: "all", options: [.port, .on, .reply, .boot, .fault]) { setup in
        guard setup.port <= UInt16.max - 3 else {
            throw Failure(.usage, "mock all takes four ports: --port \(UInt16.max - 3) at most")
        }
        let world = try MockWorld(
            relays: setup.configuration.explicitRelays, directory: setup.directory,
            ports: setup.port == 0 ? nil : .init(first: setup.port), faults: setup.faults)
        await world.change { $0 = setup.template }
        let planes = [FlyProvider.providerName, WorkersProvider.providerName, MicroVMProvider.providerName]
        return await setup.serve(
            world, [("relay", world.relay.url.text)] + planes.map { ($0, world.controlPlanes[$0] ?? "") })
    }

    private static let agent = MockKind(
        name: "agent", options: [.on, .reply, .boot, .owner, .updateKeys, .fault]
    ) { setup in
        let key = try Secp256k1SecretKey.random(from: SystemRandom())
        setup.context.log.masking.add(key: key)
        let template = setup.template
        var behaviour = MockAgent.Behaviour(rules: { template.rules }, faults: setup.faults)
        behaviour.keyUpdates = setup.updatesKeys ? .whenDue : .never
        let context = setup.context
        let agent = try MockAgent(
            key: key, relays: setup.configuration.relays, owner: setup.owner, behaviour: behaviour,
            environment: RelayEnvironment(authorityFile: setup.configuration.authorityFile),
            report: { event in
                switch event {
                case .ready:
                    let npub = KeyText.npub(key.publicKey)
                    context.result(
                        "ready", ["npub": .text(npub), "pubkey": .text(key.publicKey.hex)],
                        "ready \(npub) \(key.publicKey.hex)")
                case .joined: context.notice("joined a group")
                case .message(let text): context.notice("message: \(text)")
                case .replied(let text): context.notice("replied: \(text)")
                case .updatedKeys: context.notice("updated keys")
                case .refused(let why): context.notice("refused: \(why)")
                }
            })
        return try await setup.work {
            try await ContinuousClock().sleep(for: template.boot)
            try await agent.run()
        }
    }
}
