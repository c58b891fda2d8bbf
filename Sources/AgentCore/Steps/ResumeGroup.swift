import Vocabulary
import Marmot
import Nostr

extension AgentSession {
    /// Continues in a group of an earlier run.
    ///
    /// - Parameters:
    ///   - id: the beginning of its Nostr group id, or its name; nil where there is only one.
    ///   - acceptsGaps: sends although the relays keep a part of the history back.
    package func resumeGroup(_ id: String?, acceptsGaps: Bool = false) async throws -> MarmotGroup {
        try state.requireVacant("group use")
        // A whole id needs no list of all groups, of which there may be a thousand.
        var groups: [MarmotGroup] = []
        if let id, let group = await environment.client.group(nostrID: id) { groups = [group] }
        if groups.isEmpty { groups = await environment.client.groups }
        let active = groups.filter(\.isActive)
        let matching = id.map { id in
            groups.filter { $0.nostrGroupIDHex.hasPrefix(id.lowercased()) || $0.data.name == id }
        }
        guard let group = (matching ?? active).first, (matching ?? active).count == 1 else {
            let found = matching ?? active
            throw Failure(
                .usage,
                found.isEmpty
                    ? "there is no \(id.map { "group \($0)" } ?? "group") in the state directory"
                    : "\(found.count) groups match: name one by the beginning of its id",
                hints: (found.isEmpty ? groups : found).prefix(10).map {
                    "group use \($0.nostrGroupIDHex.prefix(12))   \"\($0.shownName)\""
                })
        }
        // A mistake about the new group must not cost the one in use.
        _ = try meetingRelays(of: group, for: "group use")
        if let other = await environment.feed.listener(to: group.nostrGroupIDHex), other != name {
            throw Failure(
                .usage, "session \(other) is talking in this group", hints: ["`use \(other)` goes on there"])
        }
        await stopListening()
        self.acceptsGaps = acceptsGaps
        provider = nil
        recorder = nil
        state.resumed(group: group.id, name: group.data.name)
        await listen(to: group)
        do {
            try await catchUp(for: "group use")
            // What an earlier run owed and could not deliver.
            try await deliverWelcomes(of: group.id)
            await resendOwed()
            await commitLeaves()
        } catch let failure as Failure {
            // Looking at it is possible all the same; what would send reports it again.
            emit(.warning("the group may be out of date: \(failure.message)"))
        } catch let error as PublishError {
            emit(.warning("a Welcome is still owed: \(error)"))
        }
        return try await self.group(for: "group use")
    }

    /// An event by its JSON, or by its id from the relays.
    package func event(_ text: String) async throws -> Event {
        if text.first == "{" { return try Event(json: Array(text.utf8)) }
        let id = try KeyText.eventID(text)
        for pool in [environment.pool, environment.keyPackagePool] {
            let found = try await pool.fetch([Filter(ids: [id])], within: timings.keyPackageFetch) {
                !$0.isEmpty
            }
            if let event = found.first(where: { $0.id == id }) { return event }
        }
        throw Failure(
            .notReady, "no relay has event \(id.hex)",
            hints: ["relays do not keep everything; give the event's JSON, or a file with it"])
    }
}
