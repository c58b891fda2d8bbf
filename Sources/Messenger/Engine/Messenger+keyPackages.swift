import AgentCore
import Cryptography
import Marmot
import Nostr
import Vocabulary

/// Key packages: ours, and those of others.
extension Messenger {
    /// Publishes a fresh key package and the list of relays that hold it.
    ///
    /// - Parameter named: relays to publish it on, and to be found at from then on; empty takes those that we have.
    /// - Returns: the event of kind 443, which every client knows.
    /// - Throws: `MessengerError`: bad_relays, mdk_error, publish_failed.
    package func publishKeyPackage(to named: [RelayURL]) async throws -> EventID {
        let places = named.isEmpty ? relays : named
        for relay in named { await connect(to: relay) }
        let events: [Event]
        do {
            events = try await client.makeKeyPackage(relays: places)
        } catch { throw MessengerError(error, otherwise: .mdkError) }
        guard let legacy = events.first(where: { $0.kind == .keyPackageLegacy }) else {
            throw MessengerError(.mdkError, "no key package of kind 443 was made")
        }
        // The kinds that newer clients look for come first: whoever waits for any of them finds the best one.
        for event in events { try await publish(keyPackage: event, to: places) }
        for relay in named where !relays.contains(relay) { relays.append(relay) }
        return legacy.id
    }

    private func publish(keyPackage event: Event, to places: [RelayURL]) async throws {
        let (environment, limit) = (environment, limits.publish)
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await environment.pool.publish(event, to: places, within: limit) }
                if environment.keyPackagePool !== environment.pool {
                    // Where others look for them; what these relays refuse is told and costs nothing.
                    group.addTask {
                        do {
                            try await environment.keyPackagePool.publish(event, within: limit)
                        } catch let error as PublishError {
                            environment.log.emit(.warning("the key package is not everywhere: \(error)"))
                        }
                    }
                }
                try await group.waitForAll()
            }
        } catch { throw MessengerError(error, otherwise: .publishFailed) }
    }

    /// These relays are ours from now on: for key packages and new groups. Those that we had go on being read.
    package func setRelays(_ new: [RelayURL]) async {
        guard !new.isEmpty else { return }
        for relay in new { await connect(to: relay) }
        relays = new
    }

    /// The newest usable key package of an account, from all relays that we know.
    ///
    /// - Throws: `MessengerError`: fetch_failed when no relay answers, no_key_packages.
    func keyPackage(of account: XOnlyKey) async throws -> KeyPackageEvent {
        let filter = Filter(authors: [account], kinds: [.keyPackage, .keyPackageLegacy], limit: 20)
        let (environment, limit) = (environment, limits.fetch)
        let pools =
            environment.keyPackagePool === environment.pool
            ? [environment.pool] : [environment.pool, environment.keyPackagePool]
        var events: [Event] = []
        try await withThrowingTaskGroup(of: [Event].self) { group in
            for pool in pools {
                group.addTask { try await pool.fetch([filter], within: limit) { !$0.isEmpty } }
            }
            for try await found in group { events += found }
        }
        let (found, rejections) = KeyPackageEvent.newestValid(
            among: events, of: account, now: environment.now())
        if let found { return found }
        if let last = rejections.last {
            throw MessengerError(
                .noKeyPackages,
                "no usable key package of \(account.hex): \(rejections.count) refused; \(last)")
        }
        var (troubles, count): ([RelayError], Int) = ([], 0)
        for pool in pools {
            troubles += await pool.troubles()
            count += pool.relays.count
        }
        guard troubles.count < count else {
            throw MessengerError(
                .fetchFailed, "no relay answers: " + troubles.map { "\($0)" }.joined(separator: "; "))
        }
        throw MessengerError(
            .noKeyPackages,
            "no key package of \(account.hex) on "
                + pools.flatMap(\.relays).map(\.text).joined(separator: ", "))
    }
}
