import Foundation

/// What differs from run to run is masked in snapshots.
struct SnapshotMasks {
    private let own: [NSRegularExpression]

    /// In this order: the longer forms first.
    private static let usual: [(NSRegularExpression, String)] = [
        (#"\b(?:npub|nsec|note|nevent|nprofile)1[02-9ac-hj-np-z]{20,}\b"#, "‹key›"),
        (#"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"#, "‹uuid›"),
        (#"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?\b"#, "‹time›"),
        (#"\b\d\d:\d\d:\d\d(?:\.\d+)?\b"#, "‹time›"),
        (#"\b(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?\b"#, "‹address›"),
        (#"\b[0-9a-fA-F]{16,}\b"#, "‹hex›"),
        (#"\b([a-z]+[-_])[0-9a-f]{6,15}\b"#, "$1‹id›"),
        (#"\b\d+(?:\.\d+)?\s?(?:ms|s|min)\b"#, "‹duration›"),
        (#"\b1[5-9]\d{8}(?:\d{3})?\b"#, "‹time›"),
    ].compactMap { pattern, sign in
        (try? NSRegularExpression(pattern: pattern)).map { ($0, sign) }
    }

    /// - Parameter own: of the script; applied before the usual ones.
    init(_ own: [NSRegularExpression]) { self.own = own }

    /// - Throws: `CancellationError` where an expression does not come to an end in time, `Failure` for one that needs too much.
    func masked(_ text: String) async throws -> String {
        try await PatternMatch.replacing(text, own.map { ($0, "‹masked›") } + Self.usual)
    }
}
