import Vocabulary

/// A host for programs that need no more than the general commands.
///
/// ```swift
/// let host = BasicHost(environment: ProcessInfo.processInfo.environment, jobDirectory: "/tmp/my-jobs")
/// ```
public struct BasicHost: ScriptHost {
    public let log: EventLog
    public let environment: [String: String]
    public let jobDirectory: String?

    /// - Parameter jobDirectory: must exist; nil means that scripts cannot start programs.
    public init(
        log: EventLog = EventLog(), environment: [String: String] = [:], jobDirectory: String? = nil
    ) {
        (self.log, self.environment, self.jobDirectory) = (log, environment, jobDirectory)
    }
}
