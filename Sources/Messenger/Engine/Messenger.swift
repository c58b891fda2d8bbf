import AgentCore
import Cryptography
import Marmot
import Nostr
import Providers
import Vocabulary

/// An account that is in groups by itself: it offers key packages, is invited, joins, hears and says. The daemon, the one-shot commands
/// and the mock agent are this.
///
/// Each group has an `AgentSession`, which keeps up with its relays; the messenger knows which groups there are.
package actor Messenger {
    package nonisolated let workspace: Workspace
    nonisolated let desk: MessageDesk
    nonisolated let http: any HTTPClient
    private let settings: MessengerSettings
    let limits = MessengerLimits()
    /// Where key packages say that we are to be found, and new groups meet.
    package internal(set) var relays: [RelayURL]
    private var sessions: [[UInt8]: OpenGroup] = [:]
    var welcomes: WelcomeStore
    /// Wraps that were dealt with in this run.
    private var seenWraps = SeenEvents()
    /// Wraps that invite us to groups that we are still in.
    private var earlyWraps: [Event] = []
    private static let earlyLimit = 16
    private var wrapReading: (following: RelayPool.Following, task: Task<Void, Never>)?
    private var hasReadWraps = false
    private var waitingForWraps: [AsyncStream<Void>.Continuation] = []
    private var outbox: Task<Void, Never>?
    private var report: @Sendable (Happening) async -> HeardOutcome = { _ in .refused }
    private var isStopped = false

    /// One group and who keeps up with it.
    private struct OpenGroup {
        let session: AgentSession
        /// Ends when the session has caught up with the relays, or has given up on that.
        let opening: Task<Void, Never>
    }

    /// - Parameters:
    ///   - desk: the keeper that the workspace was opened with.
    ///   - http: for files.
    package init(
        workspace: Workspace, desk: MessageDesk, settings: MessengerSettings, relays: [RelayURL],
        http: any HTTPClient
    ) {
        (self.workspace, self.desk, self.settings, self.relays) = (workspace, desk, settings, relays)
        self.http = http
        welcomes = WelcomeStore(directory: workspace.directory.path)
    }

    package nonisolated var environment: SessionEnvironment { workspace.environment }
    package nonisolated var client: MarmotClient { environment.client }
    package nonisolated var publicKey: XOnlyKey { client.publicKey }

    // MARK: Life

    /// Connects, reads what came meanwhile, and tells from then on what happens.
    ///
    /// - Parameters:
    ///   - report: returns when there is room for more; until then its group's relays are not read further. What it says of messages
    ///     decides whether they come again in the next run.
    ///   - followsGroups: false keeps up with those groups only that something is done with.
    package func start(
        followsGroups: Bool = true, _ report: @escaping @Sendable (Happening) async -> HeardOutcome
    ) async {
        self.report = report
        desk.read(
            heard: { [weak self] in await self?.heard($0, in: $1) ?? .refused },
            changed: { [weak self] in await self?.changed($0) },
            keys: { [client] in (try? await client.mediaKeys(of: $0, in: $1)) ?? [] })
        if followsGroups {
            for group in await client.groups where group.isActive && !group.isUnfinished { open(group) }
        }
        // Whoever waits to be accepted is told once a run, whether or not a relay still has the wrap.
        for invitation in welcomes.pending
        where settings.isAllowed(invitation.inviter) && seenWraps.isNew(invitation.wrapID) {
            _ = await report(.invited(invitation))
        }
        await readWraps()
        outbox = Task { await self.sendOutbox() }
        await workspace.connect()
    }

    /// Lets what is being published finish for a moment, then ends everything.
    package func stop() async {
        isStopped = true
        outbox?.cancel()
        wrapReading?.task.cancel()
        await withTaskGroup(of: Void.self) { group in
            for open in sessions.values {
                group.addTask {
                    open.opening.cancel()
                    // What it is telling at this moment is noted as told before the end.
                    await open.opening.value
                    await open.session.close()
                }
            }
        }
        await outbox?.value
        await workspace.close()
    }

    // MARK: Groups

    /// The session of a group that we are in.
    ///
    /// - Throws: `MessengerError` (bad_group_id).
    func session(of group: MarmotGroup) async throws -> AgentSession {
        guard !isStopped else { throw MessengerError(.shuttingDown, "the daemon is ending") }
        if sessions[group.id] == nil { open(group) }
        guard let open = sessions[group.id] else { throw MessengerError(.badGroupID, "group not found") }
        await open.opening.value
        return open.session
    }

    /// Keeps up with a group from now on.
    func open(_ group: MarmotGroup) {
        guard sessions[group.id] == nil else { return }
        let session = AgentSession(name: String(group.nostrGroupIDHex.prefix(8)), environment: environment)
        sessions[group.id] = OpenGroup(
            session: session,
            opening: Task {
                await self.meet(group)
                do {
                    _ = try await session.resumeGroup(group.nostrGroupIDHex, acceptsGaps: true)
                } catch {
                    guard !Task.isCancelled else { return }
                    await session.report(
                        .warning("group \(group.nostrGroupIDHex.prefix(8)): \(Failure(error).message)"))
                }
            })
    }

    /// A group that was made just now; its session is in it already.
    func adopt(_ session: AgentSession, _ group: MarmotGroup) {
        sessions[group.id] = OpenGroup(session: session, opening: Task {})
    }

    /// Members on other relays than ours would never meet us. Whom strangers name is limited: encrypted ones only, and few.
    private func meet(_ group: MarmotGroup) async {
        let known = environment.pool.relays
        let isLocal = known.contains(where: \.isLoopback)
        for relay in group.relays.prefix(limits.relaysPerGroup) where !known.contains(relay) {
            guard relay.isSecure && !relay.isLoopback || relay.isLoopback && isLocal else { continue }
            guard environment.pool.relays.count < limits.relays else { return }
            await connect(to: relay)
        }
    }

    /// One more relay, for everything.
    func connect(to relay: RelayURL) async {
        guard await workspace.add(relay) else { return }
        await readWraps()
    }

    private func heard(_ rumor: Rumor, in id: [UInt8]) async -> HeardOutcome {
        // Others than those whom we obey are not heard at all.
        guard settings.isAllowed(rumor.author), let group = await client.group(id) else { return .done }
        return await report(.message(HeardMessage(nostrGroupID: group.nostrGroupIDHex, rumor: rumor)))
    }

    private func changed(_ id: [UInt8]) async {
        guard let group = await client.group(id) else { return }
        guard !group.isActive else {
            _ = await report(.changed(GroupSummary(group)))
            return
        }
        // First of all: whoever is invited again needs a session of his own. This runs in the old one's task, which cannot end itself.
        if let open = sessions.removeValue(forKey: id) { Task { await open.session.close() } }
        _ = await report(.left(nostrGroupID: group.nostrGroupIDHex))
        let early = earlyWraps
        earlyWraps = []
        for wrap in early { await look(at: wrap) }
    }

    // MARK: Welcomes

    /// Reads gift wraps from the relays as they are now.
    private func readWraps() async {
        let filter = Filter(kinds: [.giftWrap], tags: ["p": [publicKey.hex]])
        let following = await environment.pool.follow(
            [
                Topic(
                    "welcomes", filter, since: max(0, environment.now() - settings.welcomeLookback),
                    isBackdated: true)
            ], now: environment.now)
        let old = wrapReading
        wrapReading = (following, Task { await self.take(following) })
        // It stands before the old one ends, so that nothing falls between them.
        guard let old else { return }
        old.task.cancel()
        await environment.pool.cancel(old.following)
    }

    private func take(_ following: RelayPool.Following) async {
        for await (_, delivery) in following.deliveries {
            switch delivery {
            case .events(let events, _):
                for wrap in events where seenWraps.isNew(wrap.id) { await look(at: wrap) }
            case .read:
                hasReadWraps = true
                for turn in waitingForWraps { turn.finish() }
                waitingForWraps = []
            case .progress, .known, .closed: break
            }
        }
    }

    /// Returns once a relay has told all gift wraps that it has, and the others had a moment.
    ///
    /// - Returns: false when none has within `limit`.
    package func hasReadWelcomes(within limit: Duration) async -> Bool {
        do {
            try await withDeadline(limit, clock: environment.clock) {
                while await !self.hasReadWraps, !Task.isCancelled { await self.waitForWraps() }
            }
        } catch { return false }
        return hasReadWraps
    }

    private func waitForWraps() async {
        guard !hasReadWraps else { return }
        let (turn, continuation) = AsyncStream<Void>.makeStream()
        waitingForWraps.append(continuation)
        for await _ in turn {}
    }

    private func look(at wrap: Event) async {
        do {
            let settings = settings
            switch try await client.open(wrap, allowing: settings.isAllowed) {
            case .nothing: return
            case .early: if earlyWraps.count < Self.earlyLimit { earlyWraps.append(wrap) }
            case .invitation(let invitation):
                do { try welcomes.add(invitation, now: environment.now()) } catch {
                    environment.log.emit(.warning("an invitation could not be stored: \(error)"))
                }
                _ = await report(.invited(invitation))
            }
        } catch {
            // Anybody may send us what cannot be opened.
            environment.log.emit(
                LogEvent(
                    "welcome.ignored", ["id": .text(wrap.id.hex), "reason": .text("\(error)")],
                    "gift wrap \(wrap.id.short) cannot be joined: \(error)", level: .debug))
        }
    }

    /// A message that was `kept` is dealt with.
    package func passedOn(_ message: EventID, in nostrGroupID: String) async {
        guard let group = await client.group(nostrID: nostrGroupID) else { return }
        do { try await client.passedOn([message], in: group.id) } catch {
            environment.log.emit(.warning("a message will be told once more: \(error)"))
        }
    }

    /// Joins the group that a Welcome invites to.
    ///
    /// - Parameter id: of the gift wrap, or of the Welcome in it.
    /// - Throws: `MessengerError`: not_found, mdk_error.
    package func acceptWelcome(_ id: EventID) async throws -> MarmotGroup {
        guard let invitation = welcomes.invitation(id) else {
            throw MessengerError(.notFound, "there is no pending Welcome \(id.hex)")
        }
        let joined: MarmotGroup?
        do {
            joined = try await client.join(invitation.rumor, wrapID: invitation.wrapID)
        } catch {
            throw MessengerError(.mdkError, "the Welcome cannot be accepted: \(error)")
        }
        welcomes.settle(invitation.nostrGroupID)
        guard let group = joined else {
            throw MessengerError(.mdkError, "the Welcome is of no use any more: we know the group")
        }
        open(group)
        return group
    }

    // MARK: What earlier runs could not send

    /// The same events go out until a relay has them, or all refuse them.
    private func sendOutbox() async {
        for outgoing in desk.archive.outgoing() {
            guard outgoing.event.createdAt > environment.now() - limits.outboxAgeSeconds else {
                desk.archive.settle(outgoing.event.id, hasFailed: true)
                continue
            }
            while !Task.isCancelled {
                do {
                    try await environment.pool.publish(outgoing.event, within: limits.outboxRound)
                    desk.archive.settle(outgoing.event.id)
                } catch let error as PublishError where !error.isRefused {
                    continue
                } catch is CancellationError {
                    return
                } catch {
                    desk.archive.settle(outgoing.event.id, hasFailed: true)
                    environment.log.emit(
                        .warning("a message of an earlier run did not get through: \(error)"))
                }
                break
            }
        }
    }
}
