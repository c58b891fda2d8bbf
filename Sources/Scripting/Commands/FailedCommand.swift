import Vocabulary

/// A failure with what the command found out all the same: `$r.status` of an answer that was not wanted.
public struct FailedCommand: FailureConvertible {
    public let failure: Failure
    /// Its fields, beside those of every result.
    public let result: [String: EventValue]

    /// - Parameter result: what is stored under `as=` and `$last`.
    public init(_ failure: Failure, result: [String: EventValue]) {
        (self.failure, self.result) = (failure, result)
    }
}
