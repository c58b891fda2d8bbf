import Vocabulary
import AgentCore
import Cryptography
import Foundation
import Marmot
import Nostr
import Providers
import Processes

/// Relay and control planes of one `--mock` run, all on loopback in this process.
package actor MockWorld: FaultControl {
    package nonisolated let relay: EmbeddedRelay
    package nonisolated let microVM: MockMicroVM
    package nonisolated let fly: MockFly
    package nonisolated let workers: MockWorkers
    package nonisolated let faults: Faults
    /// Addresses of the control planes, by provider.
    package nonisolated let controlPlanes: [String: String]
    private nonisolated let guests: ProcessGroups
    private let shared: SharedTemplate

    /// The settings made with `mock agent`, for the agents of all control planes.
    private actor SharedTemplate {
        private(set) var template = AgentTemplate()
        func change(_ change: @Sendable (inout AgentTemplate) -> Void) { change(&template) }
    }

    /// The ports of a world that other programs access at fixed addresses.
    package struct Ports: Sendable {
        package var relay: UInt16, fly: UInt16, workers: UInt16, microVM: UInt16

        package init(first: UInt16) {
            (relay, fly, workers, microVM) = (first, first &+ 1, first &+ 2, first &+ 3)
        }
    }

    /// - Parameters:
    ///   - relays: used instead of the embedded relay (for an explicit `--relay`).
    ///   - directory: for the guests' files.
    ///   - ports: nil uses any free ports.
    package init(
        relays: [RelayURL]?, directory: String, ports: Ports? = nil, faults: Faults = Faults()
    ) throws {
        let shared = SharedTemplate()
        let guests = ProcessGroups()
        self.guests = guests
        relay = try EmbeddedRelay(port: ports?.relay ?? 0, faults: faults)
        let relays = relays ?? [relay.url]
        microVM = try MockMicroVM(
            port: ports?.microVM ?? 0, relays: relays, directory: directory, faults: faults, guests: guests
        ) { await shared.template }
        fly = try MockFly(port: ports?.fly ?? 0, relays: relays, faults: faults) { await shared.template }
        workers = try MockWorkers(port: ports?.workers ?? 0, relays: relays, faults: faults) {
            await shared.template
        }
        controlPlanes = [
            FlyProvider.providerName: fly.url, WorkersProvider.providerName: workers.url,
            MicroVMProvider.providerName: microVM.url,
        ]
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

    /// Implements `mock KIND key=value…`.
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
        default: throw Failure(.usage, "unknown mock \"\(kind)\": expected agent or microvm")
        }
    }

    package var rules: [(rule: FaultRule, injected: Int)] { get async { await faults.rules } }

    package func clear() async { await faults.clear() }

    package func add(_ rule: FaultRule) async {
        // At once, and not only with the next event.
        if rule.stage == .relay, rule.action == .reset, rule.isUnconditional {
            await relay.dropConnections()
        } else {
            await faults.add(rule)
        }
    }

    /// Ends every guest's programs, for an end that cannot wait.
    package nonisolated func killGuests() { guests.killAll() }

    /// The URL that replaces the URL of a control plane in this world.
    ///
    /// - Parameter addresses: the configured addresses of the control planes, keyed by provider.
    /// - Returns: nil if the request would leave this machine.
    package nonisolated func route(_ url: String, addresses: [String: String]) -> String? {
        guard let target = URLComponents(string: url), let host = target.host else { return nil }
        let path = target.percentEncodedPath + (target.percentEncodedQuery.map { "?\($0)" } ?? "")
        for (provider, address) in addresses {
            guard let base = URLComponents(string: address), base.host == host, base.port == target.port
            else { continue }
            return controlPlanes[provider].map { $0 + path }
        }
        return ["127.0.0.1", "localhost", "::1", "[::1]"].contains(host) ? url : nil
    }
}
