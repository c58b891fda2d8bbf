/// How a run differs from others of the same script.
package struct RunSettings: Sendable {
    /// What limits are multiplied by, on machines that are slow; pauses and silences stay as they are.
    package var timeScale: Double
    /// Writes snapshots instead of comparing with them.
    package var updatesSnapshots: Bool

    /// Those that were written so far.
    package let snapshots = WrittenSnapshots()
    /// How often a command that takes long tells what it does, for the first time after as long.
    package var tellingPause: Duration = .seconds(1)
    /// Of what people look at.
    package var columns: Int

    package init(timeScale: Double = 1, updatesSnapshots: Bool = false, columns: Int = 80) {
        (self.timeScale, self.updatesSnapshots, self.columns) = (timeScale, updatesSnapshots, columns)
    }

    /// A limit as it counts in this run.
    package func scaled(_ limit: Duration) -> Duration { timeScale == 1 ? limit : limit * timeScale }
}
