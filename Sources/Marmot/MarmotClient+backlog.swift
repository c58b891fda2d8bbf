import Nostr

/// What a reader of a group's history has to know, and what has to be stored for the next one.
extension MarmotClient {
    /// Messages whose having been shown is stored at once.
    private static let shownLimit = 256

    /// Events of one second in the order in which their senders made them.
    package func inOrder(_ events: [Event], in groupID: [UInt8]) -> [Event] {
        account.groups[groupID]?.inOrder(events) ?? events
    }

    /// Relays have to be asked again for what is newer than this date, because there was no room for it; asked for once.
    package func takeMissing(in groupID: [UInt8]) -> Int64? {
        defer { account.groups[groupID]?.inbox.missingSince = nil }
        return account.groups[groupID]?.inbox.missingSince
    }

    /// An earlier run had no room for events since then.
    package func restoreMissing(since: Int64, in groupID: [UInt8]) {
        let known = account.groups[groupID]?.inbox.missingSince
        account.groups[groupID]?.inbox.missingSince = min(known ?? since, since)
    }

    /// Stores the events that wait for a commit, before relays are not asked for them any more.
    package func saveWaiting(in groupID: [UInt8]) throws {
        guard let group = account.groups[groupID] else { return }
        let ids = Set(group.inbox.waiting.map(\.id))
        if ids != savedWaiting[groupID, default: []] {
            try save(group)
            savedWaiting[groupID] = ids
        }
    }

    /// Messages of an earlier run that were received and perhaps not shown, oldest first.
    package func unshown(in groupID: [UInt8]) -> [Rumor] {
        account.groups[groupID]?.unshown.map(\.rumor) ?? []
    }

    /// Call this once messages were shown: what is not reported here is returned by `unshown` in the next run. Stored with the group's
    /// next change, by `saveShown`, or when much has come together.
    ///
    /// - Parameter ids: of rumors.
    package func showed(_ ids: [EventID], in groupID: [UInt8]) throws {
        account.groups[groupID]?.showed(ids)
        shown[groupID, default: []] += ids
        if shown[groupID, default: []].count >= Self.shownLimit { try saveShown(in: groupID) }
    }

    /// The same, stored at once.
    package func passedOn(_ ids: [EventID], in groupID: [UInt8]) throws {
        try showed(ids, in: groupID)
        try saveShown(in: groupID)
    }

    /// Stores what was shown.
    package func saveShown(in groupID: [UInt8]) throws {
        guard let ids = shown[groupID], !ids.isEmpty, let group = account.groups[groupID] else { return }
        try store.append(.shown(ids), to: group)
        shown[groupID] = nil
    }

    /// Its state contains what was shown until now.
    func save(_ group: MarmotGroup) throws {
        try store.save(group)
        shown[group.id] = nil
    }
}
