/// The lines typed at the prompt, of this and earlier sittings.
package protocol CommandHistory: Sendable {
    /// Oldest first.
    func lines() -> [String]
}
