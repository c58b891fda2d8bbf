import AgentCore
import Cryptography
import Foundation
import Marmot
import Nostr

/// Relay and control planes of one `--mock` run, all on loopback in this process.
package actor MockWorld {
    package nonisolated let relay: EmbeddedRelay
    package nonisolated let microVM: MockMicroVM

    /// - Parameters:
    ///   - relays: used instead of the embedded one (an explicit `--relay`).
    ///   - directory: for guests' files.
    package init(relays: [RelayURL]?, directory: String) throws {
        relay = try EmbeddedRelay()
        microVM = try MockMicroVM(relays: relays ?? [relay.url], directory: directory)
    }

    package func start() async {
        await relay.start()
        await microVM.start()
    }

    package func stop() async {
        await microVM.stop()
        await relay.stop()
    }

    /// `mock KIND key=value…`
    package func configure(_ kind: String, _ values: [String: String]) async throws {
        switch kind {
        case "agent":
            let rule = ReplyRules.Rule(pattern: values["on"], reply: values["reply"] ?? "echo: {text}")
            await microVM.configure { $0.rules.rules.append(rule) }
        case "microvm":
            let boot = values["boot"].flatMap { DurationText.parse($0, bareUnit: .seconds) }
            let guest = values["guest"]
            await microVM.configure { settings in
                if let boot { settings.boot = boot }
                if let guest { settings.guest = guest }
            }
        default: throw Failure(.usage, "there is no mock \(kind)")
        }
    }

    /// Where a request for a control plane goes in this world.
    ///
    /// - Returns: nil when it would leave the machine.
    package nonisolated func route(_ url: String, microVMDefault: String) -> String? {
        guard let target = URLComponents(string: url), let host = target.host else { return nil }
        let base = URLComponents(string: microVMDefault)
        let path = target.percentEncodedPath + (target.percentEncodedQuery.map { "?\($0)" } ?? "")
        if host == base?.host, target.port == base?.port { return microVM.url + path }
        return ["127.0.0.1", "localhost", "::1", "[::1]"].contains(host) ? url : nil
    }
}
