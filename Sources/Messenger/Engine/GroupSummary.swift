import Cryptography
import Marmot

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
