import Vocabulary
import Cryptography
import Marmot
import Nostr

extension AgentSession {
    /// Waits until the control plane calls the agent ready and a usable key package of it is on the relays.
    ///
    /// - Parameter limit: total time; nil takes the provider's, once for either (Workers may need both).
    package func awaitKeyPackage(within limit: Duration?) async throws -> KeyPackageEvent {
        let origin = try state.requireOrigin("wait-keypackage")
        let isWhole = limit != nil
        let limit = limit ?? timings.keyPackageTotal
        let npub = KeyText.npub(origin.publicKey)
        emit(.waitingForKeyPackage(npub: npub))
        let memory = KeyPackageSearch()
        search = memory
        defer { search = nil }
        do {
            if !isWhole { try await readiness(of: origin, within: limit) }
            let found = try await withDeadline(limit, clock: environment.clock) {
                if isWhole { try await self.awaitReadiness(of: origin) }
                return try await self.search(for: origin, memory)
            }
            state.found(found)
            emit(
                .keyPackageFound(npub: npub, kind: Int(found.event.kind.rawValue), tries: await memory.tries))
            return found
        } catch is DeadlineExceeded {
            throw await timeout(npub, limit, memory)
        }
    }

    private func readiness(of origin: SessionState.Origin, within limit: Duration) async throws {
        do {
            try await withDeadline(limit, clock: environment.clock) {
                try await self.awaitReadiness(of: origin)
            }
        } catch is DeadlineExceeded {
            let name = provider?.name ?? "the control plane"
            throw Failure(.timeout, "\(name) does not call the agent ready within \(limit.inSeconds)")
        }
    }

    private func awaitReadiness(of origin: SessionState.Origin) async throws {
        if case .provisioned(let agent) = origin, let provider {
            try await provider.awaitReadiness(of: agent)
        }
    }

    /// A live subscription brings what is published meanwhile; asking again every few seconds covers relays that come up
    /// late or lose the subscription.
    private func search(for origin: SessionState.Origin, _ memory: KeyPackageSearch) async throws
        -> KeyPackageEvent
    {
        try await withThrowingTaskGroup(of: KeyPackageEvent?.self) { group in
            group.addTask { try await self.watch(origin.publicKey, memory) }
            group.addTask { try await self.poll(origin.publicKey, memory) }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let found = result { return found }
            }
            throw CancellationError()
        }
    }

    private nonisolated func filter(_ key: XOnlyKey) -> Filter {
        Filter(authors: [key], kinds: [.keyPackage, .keyPackageLegacy], limit: 20)
    }

    private func watch(_ key: XOnlyKey, _ memory: KeyPackageSearch) async throws -> KeyPackageEvent? {
        let pool = environment.keyPackagePool
        let subscription = await pool.subscribe([filter(key)])
        var events: [Event] = []
        var found: KeyPackageEvent?
        for await delivery in subscription.deliveries {
            guard case .event(let event, _) = delivery else { continue }
            events.append(event)
            found = await newest(events, of: key, memory)
            if found != nil { break }
        }
        await pool.cancel(subscription)
        try Task.checkCancellation()
        guard let found else { return nil }
        // The first event to arrive need not be the newest, or of the newer kind: one look at everything stored.
        let stored = try await pool.fetch([filter(key)], within: timings.keyPackageFetch) { !$0.isEmpty }
        return await newest(events + stored, of: key, memory) ?? found
    }

    private func poll(_ key: XOnlyKey, _ memory: KeyPackageSearch) async throws -> KeyPackageEvent? {
        while true {
            try await environment.clock.sleep(for: timings.keyPackageRetry)
            let events = try await environment.keyPackagePool.fetch(
                [filter(key)], within: timings.keyPackageFetch)
            await memory.startedTry()
            if let found = await newest(events, of: key, memory) { return found }
        }
    }

    private func newest(_ events: [Event], of key: XOnlyKey, _ memory: KeyPackageSearch) async
        -> KeyPackageEvent?
    {
        let (found, rejections) = KeyPackageEvent.newestValid(among: events, of: key, now: environment.now())
        let fresh = await memory.new(rejections)
        for rejection in fresh { emit(.keyPackageIgnored(reason: "\(rejection)")) }
        if !fresh.isEmpty { traceRefused(among: events, of: key) }
        return found
    }

    private func traceRefused(among events: [Event], of key: XOnlyKey) {
        let refused = events.flatMap { event in
            KeyPackageEvent.newestValid(among: [event], of: key, now: environment.now()).rejections
                .map { (id: event.id, why: "\($0)") }
        }
        GroupTrace(book: environment.log.trace).addRefusedKeyPackages(refused)
    }

    private func timeout(_ npub: String, _ limit: Duration, _ memory: KeyPackageSearch) async -> Failure {
        var hints: [String] = []
        let rejected = await memory.rejections
        if let last = rejected.last {
            hints.append("\(rejected.count) key packages were refused; the last: \(last)")
        }
        for trouble in await environment.keyPackagePool.troubles() { hints.append("\(trouble)") }
        if let says = await controlPlaneSays { hints.append(says) }
        if rejected.isEmpty {
            let tries = await memory.tries
            hints.append(
                "asked \(tries == 1 ? "once" : "\(tries) times"), the relays have no key package of it: check that the agent started and uses the same relays: "
                    + environment.keyPackagePool.relays.map(\.text).joined(separator: ", "))
        }
        return Failure(.timeout, "no usable key package of \(npub) within \(limit.inSeconds)", hints: hints)
    }
}

/// What a search has met so far.
actor KeyPackageSearch {
    private(set) var tries = 1
    private(set) var rejections: [MarmotError] = []

    func startedTry() { tries += 1 }

    /// Those not reported before.
    func new(_ found: [MarmotError]) -> [MarmotError] {
        let fresh = found.filter { !rejections.contains($0) }
        rejections += fresh
        return fresh
    }
}

extension AgentSession {
    /// What a wait of this session has met so far, a few words each.
    package var seenMeanwhile: [String] {
        get async {
            guard let search else { return [] }
            var notes = ["asked \(await search.tries == 1 ? "once" : "\(await search.tries) times")"]
            let refused = await search.rejections
            if let last = refused.last {
                notes.append(
                    "\(refused.count == 1 ? "1 package" : "\(refused.count) packages") refused, the last: \(last)"
                )
            }
            return notes
        }
    }

    /// When the agent, or another member, last said something here. Seconds since 1970.
    package var lastHeard: Int64? { conversation.transcript.last { !$0.isOurs }.map { $0.time / 1000 } }
}
