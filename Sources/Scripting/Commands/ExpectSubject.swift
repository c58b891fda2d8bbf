import Vocabulary

/// Something that `expect NAME …` can wait for.
///
/// ```swift
/// let catalogue = CommandCatalogue.general + [ExpectCommand(subjects: [ReleaseSubject(…)])]
/// // expect release contains 1.4 within=20s       expect no release for=5s
/// ```
public protocol ExpectSubject: Sendable {
    /// As it is written after `expect`; also the variable that holds the last one.
    var name: String { get }
    /// What must be there before it can be waited for; by default nothing.
    var requirements: Set<Requirement> { get }
    /// Fields of the result with their meaning.
    var results: [(name: String, meaning: String)] { get }
    /// Whole lines, for the help.
    var examples: [String] { get }
    /// Whom `from=` may name, for the help; by default nobody.
    var senders: String? { get }

    /// Whether the last one is in a variable of this name, which scripts cannot set then; by default yes.
    var setsVariable: Bool { get }
    /// Whether a job that dies ends the wait; by default yes.
    var endsWithJobs: Bool { get }

    /// What is wrong with a name in `from=`, as far as that can be seen without running anything; by default nothing.
    func problem(withSender name: String) -> String?

    /// The first one that passes the test, as its fields.
    ///
    /// - Parameter origin: where to begin, and whose count.
    /// - Throws: `Failure` with `mismatch` when others came, `timeout` when none did.
    func expect(_ test: TextTest, within limit: Duration, from origin: ExpectedFrom, in script: Interpreter)
        async throws
        -> [String: EventValue]

    /// Returns when none has come for so long.
    ///
    /// - Throws: `Failure` with `mismatch` when one came.
    func expectNone(for limit: Duration, from origin: ExpectedFrom, in script: Interpreter) async throws
}

extension ExpectSubject {
    public var requirements: Set<Requirement> { [] }
    public var results: [(name: String, meaning: String)] { [] }
    public var examples: [String] { [] }
    public var senders: String? { nil }
    public var endsWithJobs: Bool { true }
    public var setsVariable: Bool { true }
    public func problem(withSender name: String) -> String? { nil }
}
