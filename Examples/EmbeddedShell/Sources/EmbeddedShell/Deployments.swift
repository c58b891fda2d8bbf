import PikaShell

/// What is live, and what is on its way. In memory: a real one would talk to machines.
actor Deployments {
    /// Oldest first.
    private(set) var live: [Release] = []
    /// The region of the last deployment.
    private(set) var region: String?
    /// By version.
    private var rollouts: [String: Task<Void, Never>] = [:]
    private var watchers: [AsyncStream<Release>.Continuation] = []
    private var seen = 0
    private let log: EventLog

    init(log: EventLog) { self.log = log }

    var areUnderWay: Bool { !rollouts.isEmpty }
    var unconfirmed: [Release] { live.filter { !$0.isConfirmed } }

    /// Starts a rollout, which goes on while other commands run.
    ///
    /// - Throws: `Failure` (rollback) for a version that does not pass its checks.
    func start(_ release: Release, token: String?, takes duration: Duration, by clock: any Clock<Duration>)
        throws
    {
        guard !release.version.hasSuffix("-broken") else {
            throw Failure(
                .rollback, "\(release.version) did not pass its checks and was taken back",
                hints: ["releases shows what is live instead"])
        }
        region = release.region
        log.emit(.deploying(release, token: token))
        rollouts[release.version]?.cancel()
        rollouts[release.version] = Task {
            try? await clock.sleep(for: duration)
            if !Task.isCancelled { arrived(release) }
        }
    }

    private func arrived(_ release: Release) {
        rollouts[release.version] = nil
        live.append(release)
        log.emit(.deployed(release))
        watchers.removeAll { watcher in
            if case .terminated = watcher.yield(release) { true } else { false }
        }
    }

    /// - Returns: nil when that version is not live.
    func confirm(_ version: String) -> Release? {
        guard let place = live.lastIndex(where: { $0.version == version }) else { return nil }
        live[place].isConfirmed = true
        return live[place]
    }

    func confirmAll() { for place in live.indices { live[place].isConfirmed = true } }

    /// Stops what is on its way and removes what nobody has confirmed.
    ///
    /// - Returns: what was removed.
    func undo() -> [Release] {
        for rollout in rollouts.values { rollout.cancel() }
        rollouts = [:]
        defer { live.removeAll { !$0.isConfirmed } }
        return unconfirmed
    }

    // MARK: For expect

    /// Releases one after the other: those that nobody has expected yet, or all, and then what comes.
    func releases(fromStart: Bool) -> AsyncStream<Release> {
        let (stream, continuation) = AsyncStream<Release>.makeStream()
        for release in live.dropFirst(fromStart ? 0 : seen) { continuation.yield(release) }
        watchers.append(continuation)
        return stream
    }

    /// What is live now is no news any more.
    func markSeen() { seen = live.count }
}
