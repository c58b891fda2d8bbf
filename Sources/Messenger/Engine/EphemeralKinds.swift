import Nostr

/// What is of the moment only, and in no history.
enum EphemeralKinds {
    static let typing = EventKind(rawValue: 20_067)

    static func contains(_ kind: EventKind) -> Bool { kind.retention == .ephemeral }
}
