/// Where a script runs: against mocks in this process, or against real servers.
package enum World: String, CaseIterable, Sendable {
    case mock, live

    /// Why a file for this world is skipped; nil where it runs.
    package func reasonToSkip(isMock: Bool) -> String? {
        guard (self == .mock) != isMock else { return nil }
        return self == .mock ? "only for the mock world" : "only for real servers"
    }
}
