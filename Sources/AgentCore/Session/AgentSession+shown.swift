import Marmot
import Nostr
import Vocabulary

/// Every message is shown at least once, whenever the process is killed: its key is used up when it is stored, so no relay can bring it back.
extension AgentSession {
    /// How long the end of a conversation waits for a reader of the output. What he has not taken by then is shown once more next time.
    private static let showingLimit: Duration = .seconds(2)

    /// What an earlier run received and perhaps could not show any more.
    func showUnshown(in group: [UInt8]) async {
        let rumors = await environment.client.unshown(in: group)
        guard !rumors.isEmpty else { return }
        await perform(
            conversation.received(
                rumors.map { .success(.message($0, from: $0.author)) }, in: conversation.number, group: nil,
                now: environment.now()))
        acknowledge(await passOn(rumors, of: group), of: group)
        tick()
    }

    /// Hands messages to whoever keeps them.
    ///
    /// - Returns: those that go out with what is shown; all of them where nobody keeps any.
    func passOn(_ rumors: [Rumor], of group: [UInt8]) async -> [EventID] {
        guard let keeper = environment.keeper else { return rumors.map(\.id) }
        var (taken, done): ([EventID], [EventID]) = ([], [])
        for rumor in rumors {
            switch await keeper.heard(rumor, in: group) {
            case .taken: taken.append(rumor.id)
            case .done: done.append(rumor.id)
            case .kept, .refused: break
            }
        }
        if !done.isEmpty {
            do { try await environment.client.passedOn(done, in: group) } catch { tellShownTwice(error) }
        }
        return taken
    }

    /// Messages have gone to the output; once they are out, no later run has to show them.
    ///
    /// - Parameter group: MLS id of their group.
    func acknowledge(_ rumors: [EventID], of group: [UInt8]) {
        guard !rumors.isEmpty else { return }
        beingShown[group, default: []] += rumors
        guard showing == nil else { return }
        showing = Task {
            while !beingShown.isEmpty {
                let rumors = beingShown
                beingShown = [:]
                // Where the output is lost, the next run shows them.
                guard await environment.log.shown() else { continue }
                do {
                    for (group, rumors) in rumors {
                        if environment.keeper == nil {
                            try await environment.client.showed(rumors, in: group)
                        } else {
                            // Programs must not get them twice.
                            try await environment.client.passedOn(rumors, in: group)
                        }
                    }
                } catch { tellShownTwice(error) }
            }
            showing = nil
            for waiting in waitingForShown { waiting.finish() }
            waitingForShown = []
        }
    }

    /// Stores what was shown, as far as it is out.
    func saveShown() async {
        guard let group = listenedGroup else { return }
        let (shown, continuation) = AsyncStream<Void>.makeStream()
        if showing == nil { continuation.finish() } else { waitingForShown.append(continuation) }
        // A reader who has stopped holds up nobody; what he has not taken stays unshown.
        try? await withDeadline(Self.showingLimit, clock: environment.clock) { for await _ in shown {} }
        do {
            try await environment.client.saveShown(in: group)
        } catch { tellShownTwice(error) }
    }

    private func tellShownTwice(_ error: any Error) {
        emit(
            .warning(
                "messages of this run will be shown once more: that they were shown could not be stored (\(error))"
            ))
    }
}

extension MarmotClient.Received {
    /// The message's, if it is one.
    var rumor: Rumor? {
        guard case .success(.message(let rumor, _)) = result else { return nil }
        return rumor
    }
}
