import Nostr

/// How far each relay's events of one group are known. Pure; `SyncMarkFile` keeps it from run to run.
package struct SyncMarks: Equatable, Sendable {
    package private(set) var byRelay: [RelayURL: SyncMark]

    package init(_ byRelay: [RelayURL: SyncMark] = [:]) { self.byRelay = byRelay }

    /// A delivery was dealt with.
    ///
    /// - Parameter now: seconds since 1970.
    package mutating func processed(_ delivery: TopicDelivery, now: Int64) {
        switch delivery {
        case .events(let events, let relay?): for event in events { byRelay[relay]?.add(event.id, now: now) }
        case .known(let event, let relay): byRelay[relay]?.add(event, now: now)
        case .read(let relay, let mark, let gaps):
            // What a relay keeps back must be asked for again.
            if gaps.isEmpty { byRelay[relay] = mark }
        case .events(_, nil), .progress, .closed: break
        }
    }
}
