import Providers
import AgentCommands
import AgentCore
import Foundation
import Marmot
import Mocks
import Nostr
import Synchronization
import Vocabulary

/// The mock world of one run, with the directory that goes with it.
struct MockRun: MockSettings {
    private let world: MockWorld
    let directory: String

    var relay: RelayURL { world.relay.url }
    var faults: any FaultControl { world }

    /// - Throws: `Failure` (usage) for a relay that is not on this machine.
    static func start(_ configuration: Configuration) async throws -> MockRun {
        for relay in configuration.explicitRelays ?? [] where !relay.isLoopback {
            throw Failure(
                .usage, "\(relay) is not on this machine: with --mock nothing leaves it",
                hints: ["name a relay on 127.0.0.1, or none"])
        }
        CurlHTTPClient.prepare()
        removeLeftovers(in: configuration.environment["TMPDIR"] ?? "/tmp")
        let base = (configuration.environment["TMPDIR"] ?? "/tmp") + "/pikachat-mock-XXXXXX"
        var template = Array(base.utf8CString)
        guard mkdtemp(&template) != nil else { throw FileError(base, "cannot create a temporary directory") }
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let world = try MockWorld(relays: configuration.explicitRelays, directory: directory)
        await world.start()
        return MockRun(world: world, directory: directory)
    }

    private static let cleaned = Mutex<Set<String>>([])

    /// Directories of runs that were killed: nobody holds their lock any more. Once for each process, before it has one of its own: to look
    /// at a lock takes it for a moment.
    private static func removeLeftovers(in directory: String) {
        cleaned.withLock { cleaned in
            guard cleaned.insert(directory).inserted else { return }
            let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
            for name in names where name.hasPrefix("pikachat-mock-") {
                let path = "\(directory)/\(name)"
                if StateDirectory.isAbandoned(path) { try? FileManager.default.removeItem(atPath: path) }
            }
        }
    }

    func stop() async {
        await world.stop()
        // What cannot be removed from the temporary directory does no harm there.
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// In the mock world a provider's address is that of its mock, whatever the script says.
    func route(to provider: String) -> (@Sendable (String) -> String) {
        let base = world.controlPlanes[provider] ?? ""
        return { url in
            guard let parts = URLComponents(string: url) else { return url }
            return base + parts.percentEncodedPath + (parts.percentEncodedQuery.map { "?\($0)" } ?? "")
        }
    }

    func route(_ url: String, addresses: [String: String]) -> String? {
        world.route(url, addresses: addresses)
    }

    func isControlPlane(_ url: String) -> Bool {
        world.controlPlanes.values.contains { url.hasPrefix($0 + "/") }
    }

    /// What the agents say first, in order.
    func say(_ replies: [String]) async { await world.change { $0.rules.recorded = replies } }

    func configure(_ kind: String, _ values: [String: String]) async throws {
        try await world.configure(kind, values)
    }

    func killGuests() { world.killGuests() }
}
