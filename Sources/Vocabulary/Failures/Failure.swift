/// A failed step in the form that is shown: what happened, and what to do next.
///
/// ```swift
/// throw Failure(.usage, "deploy needs a version", hints: ["for example: deploy 1.4"])
/// ```
public struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
    /// What kind it is: scripts compare it, and the exit status comes from it.
    public var code: FailureCode
    /// What happened, on one line; how it reads behind "error: ".
    public var message: String
    /// One piece of advice each.
    public var hints: [String]
    /// Whether the same step can succeed later. Usually what the code says; a POST of unknown outcome is never retryable.
    public var isRetryable: Bool
    /// Whether trying again does nothing twice, also for a step that creates or sends: it certainly had no effect, or it is the same
    /// event that is sent again.
    public var isSafeToRepeat: Bool
    /// Refused because it came too often: `within=` makes longer and longer pauses before it tries again.
    public var isRateLimited = false

    /// - Parameter isRetryable: nil takes what the code says.
    public init(
        _ code: FailureCode, _ message: String, hints: [String] = [], isRetryable: Bool? = nil,
        isSafeToRepeat: Bool = false
    ) {
        self.code = code
        self.message = message
        self.hints = hints
        self.isRetryable = isRetryable ?? code.isRetryable
        self.isSafeToRepeat = isSafeToRepeat
    }

    /// The message, and each hint on a line of its own.
    public var description: String {
        ([message] + hints.map { "hint: \($0)" }).map { VisibleText.hanging($0) }.joined(separator: "\n")
    }

    /// Any error as a failure: itself, what it says of itself (`FailureConvertible`), or else a broken protocol.
    public init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let known as any FailureConvertible: self = known.failure
        case is CancellationError: self.init(.cancelled, "cancelled")
        default: self.init(.protocolError, "\(error)")
        }
    }
}

/// An error that knows how it is shown.
public protocol FailureConvertible: Error {
    /// How it is shown.
    var failure: Failure { get }
}

extension DeadlineExceeded: FailureConvertible {
    public var failure: Failure { Failure(.timeout, description) }
}

extension ParameterError: FailureConvertible {
    package var failure: Failure { Failure(.usage, description) }
}
