import Marmot

/// Something that happened without anybody asking for it.
package enum Happening: Equatable, Sendable {
    /// Somebody invites us; nothing was joined.
    case invited(Invitation)
    case message(HeardMessage)
    /// The group has other members, another name, or another epoch.
    case changed(GroupSummary)
    /// We are no longer in it.
    case left(nostrGroupID: String)
}
