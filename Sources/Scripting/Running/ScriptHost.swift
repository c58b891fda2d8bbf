import Vocabulary

/// The world that commands act on. A program that embeds the shell implements it, or takes `BasicHost`.
///
/// Everything but `log` has a default, which fits a program without sessions and without HTTP.
///
/// ```swift
/// struct MyHost: ScriptHost {
///     let log = EventLog()
///     let deployments: Deployments  // what its own commands work on
/// }
/// ```
public protocol ScriptHost: Sendable {
    /// Where everything that happens goes.
    var log: EventLog { get }
    /// What waits and limits go by.
    var clock: any Clock<Duration> { get }
    /// What programs started by scripts inherit, and what inputs are read from.
    var environment: [String: String] { get }
    /// An existing directory for the logs of jobs; nil means that no job can be started.
    var jobDirectory: String? { get }
    /// Whether the outside world is simulated: `$mock`.
    var isMock: Bool { get }
    /// The name of the session in use: every event carries it.
    func currentSession() async -> String?
    /// Returns when there is a session of that name, for `in NAME: COMMAND`.
    ///
    /// - Throws: `Failure` (usage) when there is none.
    func requireSession(_ name: String) async throws
    /// What is there before a script starts, for the checks.
    var provided: Set<Requirement> { get }
    /// Variables of the environment that hold secrets: programs get them only when the script says so.
    var secretVariables: Set<String> { get }
    /// The conversation of the session in use, a line for each message; nil when there is none.
    func transcript() async -> [String]?
    /// The text in front of the line being typed, without the blank after it.
    func prompt() async -> String
    /// What could be done next, as a command; shown after commands that suggest it.
    func nextStep() async -> String?

    /// One exchange with an HTTP server.
    ///
    /// - Throws: `Failure`; any answer, also 4xx and 5xx, is a response.
    func http(_ request: ScriptHTTPRequest) async throws -> ScriptHTTPResponse

    /// What must be decided before the prompt is left.
    func questionsBeforeLeaving() async -> [LeavingQuestion]
    /// Called once, after all commands and deferred commands: removes or keeps what still runs.
    ///
    /// - Parameter isScript: nobody sits there who would know what still runs.
    func conclude(isScript: Bool) async -> Conclusion
    /// Commands that remove what still runs, for an end that cannot wait.
    func manualCleanup() async -> [String]
    /// Whether something of that should have been removed at the end; what is kept on purpose should not. By default everything.
    func leavesUnasked() async -> Bool
    /// Ends every program that this host has started, at once.
    func killProcesses()
}

extension ScriptHost {
    public var clock: any Clock<Duration> { ContinuousClock() }
    public var environment: [String: String] { [:] }
    public var jobDirectory: String? { nil }
    public var isMock: Bool { false }
    public func currentSession() async -> String? { nil }
    public func requireSession(_ name: String) async throws {
        throw Failure(.usage, "there is no session \(name): this shell has no sessions")
    }
    public var provided: Set<Requirement> { [] }
    public var secretVariables: Set<String> { [] }
    public func transcript() async -> [String]? { nil }
    public func prompt() async -> String { ">" }
    public func nextStep() async -> String? { nil }
    public func http(_ request: ScriptHTTPRequest) async throws -> ScriptHTTPResponse {
        throw Failure(.usage, "this shell has no HTTP client")
    }
    public func questionsBeforeLeaving() async -> [LeavingQuestion] { [] }
    public func conclude(isScript: Bool) async -> Conclusion { Conclusion() }
    public func manualCleanup() async -> [String] { [] }
    public func leavesUnasked() async -> Bool { true }
    public func killProcesses() {}
}

/// What became of the things that still ran at the end.
public struct Conclusion: Sendable {
    /// What could not be removed; the run ends with the status of a leak.
    public var failures: [Failure]
    /// Advice that is shown last.
    public var hints: [String]

    /// - Parameters:
    ///   - failures: what could not be removed.
    ///   - hints: one piece of advice each.
    public init(failures: [Failure] = [], hints: [String] = []) {
        (self.failures, self.hints) = (failures, hints)
    }
}

/// A question that the prompt asks before it ends: "vm-1 is still running. teardown / keep / cancel?"
public struct LeavingQuestion: Sendable {
    /// One answer; its first letter is enough. Without a choice (`cancel`) the prompt goes on.
    public struct Choice: Sendable {
        /// As it is shown: a word.
        public let name: String
        /// Called when it was chosen, before the prompt ends.
        public let action: @Sendable () async -> Void

        /// - Parameters:
        ///   - name: a word whose first letter no other choice has; `c` stands for `cancel`.
        ///   - action: nothing by default, where `conclude` does it anyway.
        public init(_ name: String, action: @escaping @Sendable () async -> Void = {}) {
            (self.name, self.action) = (name, action)
        }
    }

    /// What is the matter; the choices are put behind it.
    public let text: String
    /// The first one is taken when no answer can be had.
    public let choices: [Choice]

    /// - Parameters:
    ///   - text: "vm-1 is still running."
    ///   - choices: without `cancel`, which is always there.
    public init(_ text: String, choices: [Choice]) { (self.text, self.choices) = (text, choices) }
}
