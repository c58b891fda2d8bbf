/// A rule of Marmot that an event or a change broke. docs/marmot-checks.md lists all of them with the audit's letters, what MDK does, and
/// the tests.
package struct MarmotCheck: Error, Equatable, Sendable, CustomStringConvertible {
    /// `MAR-<area>-<number>`.
    package let id: String
    /// What is wrong; a sentence without capital letter and full stop.
    package let text: String

    package init(_ id: String, _ text: String) {
        (self.id, self.text) = (id, text)
    }

    package var description: String { "\(text) (\(id))" }

    /// Checks of commits that MDK does not make: other members follow such a commit, and leave us behind.
    private static let ours: Set<String> = ["MAR-COMMIT-12"]

    /// Whether others have followed the commit that we refuse.
    package var leavesUsBehind: Bool { Self.ours.contains(id) }
}
