import Cryptography
import Nostr

/// What the versions of a replaceable or addressable event have in common (NIP-01).
struct EventAddress: Hashable {
    let kind: EventKind
    let author: XOnlyKey
    /// The `d` tag; empty for replaceable events.
    let identifier: String

    /// Nil for an event that nothing replaces.
    init?(of event: Event) {
        switch event.kind.retention {
        case .replaceable: identifier = ""
        case .addressable: identifier = event.tags.value("d") ?? ""
        case .regular, .ephemeral: return nil
        }
        kind = event.kind
        author = event.author
    }

    /// The form of `a` tags: `kind:author:identifier`.
    init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let number = UInt16(parts[0]), let key = try? XOnlyKey(hex: String(parts[1]))
        else { return nil }
        kind = EventKind(rawValue: number)
        author = key
        identifier = String(parts[2])
    }

    var text: String { "\(kind.rawValue):\(author.hex):\(identifier)" }
}
