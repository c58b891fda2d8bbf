import Nostr

/// The relays that everything uses unless told otherwise: the one place that names them.
package enum RelayDefaults {
    package static let texts = ["wss://us-east.nostr.pikachat.org", "wss://eu.nostr.pikachat.org"]

    /// Where files of messages are uploaded: the first relay's host is a Blossom server, too.
    package static let blossomServer = "https" + texts[0].dropFirst("wss".count)

    package static let relays: [RelayURL] = texts.compactMap { try? RelayURL($0) }
}
