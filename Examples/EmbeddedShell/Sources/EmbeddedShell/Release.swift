import PikaShell

/// A version in a region.
struct Release: Equatable, Sendable {
    let version: String
    let region: String
    var isConfirmed = false

    /// As `$last` and `as=NAME` offer it.
    var fields: [String: EventValue] {
        ["version": .text(version), "region": .text(region), "confirmed": .flag(isConfirmed)]
    }

    static let results: [(name: String, meaning: String)] = [
        ("version", "the version"), ("region", "where it is live"),
        ("confirmed", "whether it stays at the end"),
    ]
}
