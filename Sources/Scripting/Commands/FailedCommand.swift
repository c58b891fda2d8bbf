import Vocabulary

/// A failure with what the command found out all the same: `$r.status` of an answer that was not wanted.
public struct FailedCommand: FailureConvertible {
    public let failure: Failure
    public let result: [String: EventValue]

    public init(_ failure: Failure, result: [String: EventValue]) {
        (self.failure, self.result) = (failure, result)
    }
}
