import Nostr

/// A message of ours that no relay has confirmed.
struct UnconfirmedMessage: Sendable {
    let text: String
    let event: Event
    let rumor: Rumor
    /// Where the next `expect reply` begins once it is confirmed.
    var cursor: Int
    /// A relay may have it, without having said so.
    var isOut = false
}
