import Cryptography
import Marmot
import Nostr

/// What a member said in a group of ours.
package struct HeardMessage: Equatable, Sendable {
    /// Hexadecimal.
    package let nostrGroupID: String
    package let rumor: Rumor
    /// Of the rumor.
    package let id: EventID

    package init(nostrGroupID: String, rumor: Rumor) {
        (self.nostrGroupID, self.rumor, id) = (nostrGroupID, rumor, rumor.id)
    }
}

/// A group as lists show it.
package struct GroupSummary: Equatable, Sendable {
    /// `joined`, `left`, or `unfinished`: no relay has taken its Welcome.
    package let state: String
    package let nostrGroupID: String
    package let mlsGroupID: String
    package let name: String
    package let description: String
    package let memberCount: Int

    package init(_ group: MarmotGroup) {
        state = group.isActive ? (group.isUnfinished ? "unfinished" : "joined") : "left"
        nostrGroupID = group.nostrGroupIDHex
        mlsGroupID = Hex.encode(group.id)
        (name, description) = (group.data.name, group.data.description)
        memberCount = group.members.count
    }
}
