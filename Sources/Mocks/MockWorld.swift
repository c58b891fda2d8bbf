import AgentCore
import Cryptography
import Foundation
import Marmot
import Nostr

/// Relay and control planes of one `--mock` run, all on loopback in this process.
package actor MockWorld {
    package nonisolated let relay: EmbeddedRelay
    package nonisolated let microVM: MockMicroVM
    package nonisolated let fly: MockFly
    package nonisolated let workers: MockWorkers
    package nonisolated let faults: Faults
    private let shared: SharedTemplate

    /// What `mock agent` says, for the agents of all control planes.
    private actor SharedTemplate {
        private(set) var template = AgentTemplate()
        func change(_ change: @Sendable (inout AgentTemplate) -> Void) { change(&template) }
    }

    /// Ports of a world that other programs find by address; nil takes any free ones.
    package struct Ports: Sendable {
        package var relay: UInt16, fly: UInt16, workers: UInt16, microVM: UInt16

        package init(first: UInt16) {
            (relay, fly, workers, microVM) = (first, first &+ 1, first &+ 2, first &+ 3)
        }
    }

    /// - Parameters:
    ///   - relays: used instead of the embedded one (an explicit `--relay`).
    ///   - directory: for guests' files.
    package init(
        relays: [RelayURL]?, directory: String, ports: Ports? = nil, faults: Faults = Faults()
    ) throws {
        let shared = SharedTemplate()
        relay = try EmbeddedRelay(port: ports?.relay ?? 0, faults: faults)
        let relays = relays ?? [relay.url]
        microVM = try MockMicroVM(
            port: ports?.microVM ?? 0, relays: relays, directory: directory, faults: faults
        ) { await shared.template }
        fly = try MockFly(port: ports?.fly ?? 0, relays: relays, faults: faults) { await shared.template }
        workers = try MockWorkers(port: ports?.workers ?? 0, relays: relays, faults: faults) {
            await shared.template
        }
        self.faults = faults
        self.shared = shared
    }

    package func start() async {
        await relay.start()
        await microVM.start()
        await fly.start()
        await workers.start()
    }

    package func stop() async {
        await microVM.stop()
        await fly.stop()
        await workers.stop()
        await relay.stop()
    }

    package func change(_ change: @escaping @Sendable (inout AgentTemplate) -> Void) async {
        await shared.change(change)
    }

    /// `mock KIND key=value…`
    package func configure(_ kind: String, _ values: [String: String]) async throws {
        let boot = values["boot"].flatMap { DurationText.parse($0, bareUnit: .seconds) }
        switch kind {
        case "agent":
            let rule = values["reply"].map { ReplyRules.Rule(pattern: values["on"], reply: $0) }
            let foreign = values["identity"] == "foreign"
            await shared.change { template in
                if let rule { template.rules.rules.append(rule) }
                if let boot { template.boot = boot }
                if foreign { template.offersForeignKey = true }
            }
        case "microvm":
            let guest = values["guest"]
            if let boot { await shared.change { $0.boot = boot } }
            await microVM.configure { settings in
                if let guest { settings.guest = guest }
            }
        default: throw Failure(.usage, "there is no mock \(kind)")
        }
    }

    /// `fault STAGE …`; nil clears all.
    package func fault(_ rule: FaultRule?) async {
        guard let rule else { return await faults.clear() }
        if rule.stage == .relay, rule.action == .reset, rule.isUnconditional {
            await relay.dropConnections()
        } else {
            await faults.add(rule)
        }
    }

    package nonisolated func url(of provider: String) -> String {
        switch provider {
        case "fly": fly.url
        case "workers": workers.url
        default: microVM.url
        }
    }

    /// Where a request for a control plane goes in this world.
    ///
    /// - Parameter addresses: where the control planes are said to be, by provider.
    /// - Returns: nil when it would leave the machine.
    package nonisolated func route(_ url: String, addresses: [String: String]) -> String? {
        guard let target = URLComponents(string: url), let host = target.host else { return nil }
        let path = target.percentEncodedPath + (target.percentEncodedQuery.map { "?\($0)" } ?? "")
        for (provider, address) in addresses {
            guard let base = URLComponents(string: address), base.host == host, base.port == target.port
            else { continue }
            return self.url(of: provider) + path
        }
        return ["127.0.0.1", "localhost", "::1", "[::1]"].contains(host) ? url : nil
    }
}
