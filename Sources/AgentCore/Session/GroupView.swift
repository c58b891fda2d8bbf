import Nostr
import Vocabulary

extension Conversation {
    /// What the session needs to know of the group after an event.
    package struct GroupView: Equatable, Sendable {
        package let nostrGroupID: String
        package let hasLeaveProposals: Bool
        /// Those of our relays at which it meets.
        package let meeting: Set<RelayURL>
        /// None of the relays that the group names is ours.
        package let isElsewhere: Bool
        /// Those that it names.
        package let relays: [String]
        /// Events since then had no room while they waited for a commit. Seconds since 1970.
        package let missingSince: Int64?

        package init(
            nostrGroupID: String, hasLeaveProposals: Bool, meeting: Set<RelayURL>, isElsewhere: Bool = false,
            relays: [String] = [], missingSince: Int64? = nil
        ) {
            (self.nostrGroupID, self.hasLeaveProposals) = (nostrGroupID, hasLeaveProposals)
            (self.meeting, self.missingSince) = (meeting, missingSince)
            (self.isElsewhere, self.relays) = (isElsewhere, relays)
        }

        /// That the group meets where we are not.
        var elsewhere: String {
            let places =
                relays.isEmpty
                ? "nowhere" : "at \(VisibleText.line(relays.joined(separator: ", ")).cut(to: 300))"
            return
                "a member has moved the group: it meets \(places), where we are not. We stay where it met so far as well; --relay adds a relay"
        }
    }
}
