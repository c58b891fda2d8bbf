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
