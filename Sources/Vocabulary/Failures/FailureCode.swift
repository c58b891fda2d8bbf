/// A kind of failure: its name in scripts (docs/language.md, ERRORS), the exit status it means, and whether trying again can help.
///
/// A program that embeds the shell adds its own, and names them to its catalogue so that `fails CODE:` knows them:
///
/// ```swift
/// extension FailureCode {
///     static let rollback = FailureCode("rollback", exitStatus: 4)
/// }
/// ```
public struct FailureCode: Hashable, Sendable, CustomStringConvertible {
    /// As scripts write it.
    public let name: String
    /// Status of a process that ends because of it, 1 to 255.
    public let exitStatus: Int32
    /// Whether `within=` tries again.
    public let isRetryable: Bool

    /// - Parameters:
    ///   - name: in lower case, with hyphens; two codes of one name are equal.
    ///   - exitStatus: 1 to 255; the standard codes use 1 to 6 and 130.
    ///   - isRetryable: whether `within=` tries again.
    public init(_ name: String, exitStatus: Int32, isRetryable: Bool = false) {
        (self.name, self.exitStatus, self.isRetryable) = (name, exitStatus, isRetryable)
    }

    public var description: String { name }

    /// A wrong answer.
    public static let mismatch = FailureCode("mismatch", exitStatus: 1)
    /// A mistake in what was asked for.
    public static let usage = FailureCode("usage", exitStatus: 2)
    /// Something that is needed is missing on this machine.
    public static let require = FailureCode("require", exitStatus: 3)
    /// Refused: credentials are wrong, or not enough.
    public static let auth = FailureCode("auth", exitStatus: 4)
    /// Refused: too much, or too often.
    public static let quota = FailureCode("quota", exitStatus: 4)
    /// Nobody answers there.
    public static let unreachable = FailureCode("unreachable", exitStatus: 4, isRetryable: true)
    /// It is there, and not ready yet.
    public static let notReady = FailureCode("not-ready", exitStatus: 4, isRetryable: true)
    /// An answer that breaks the rules of its protocol.
    public static let protocolError = FailureCode("protocol", exitStatus: 4)
    /// A program that the script has started ended while it was needed.
    public static let jobDied = FailureCode("job-died", exitStatus: 4)
    /// No answer in time.
    public static let timeout = FailureCode("timeout", exitStatus: 5)
    /// Something could not be removed and is left running.
    public static let leak = FailureCode("leak", exitStatus: 6)
    /// Somebody interrupted it.
    public static let cancelled = FailureCode("cancelled", exitStatus: 130)

    /// Those that every script knows.
    public static let standard: [FailureCode] = [
        .usage, .require, .auth, .quota, .unreachable, .notReady, .timeout, .mismatch, .protocolError,
        .jobDied,
        .cancelled, .leak,
    ]

    public static func == (a: FailureCode, b: FailureCode) -> Bool { a.name == b.name }
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
