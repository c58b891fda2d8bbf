import Vocabulary

/// What `pikachat test` was asked for, apart from files and reports.
package struct TestOptions: Sendable {
    package var matrix: Matrix?
    /// Runs with one of these, unless there are none.
    package var tags: Set<String> = []
    /// Leaves out those with one of these.
    package var withoutTags: Set<String> = []
    /// A regular expression that titles must match somewhere.
    package var filter: String?
    /// The seed of the order; nil keeps that of the arguments.
    package var shuffleSeed: UInt64?
    /// How many run at a time.
    package var jobs = 8
    /// How often a file that failed is tried again.
    package var retries = 0
    package var failsFast = false
    /// Limit of each run, without its cleanup.
    package var maximumTime: Duration?
    /// What limits are multiplied by.
    package var timeScale = 1.0
    /// Writes snapshots instead of comparing with them.
    package var updatesSnapshots = false

    package init() {}
}
