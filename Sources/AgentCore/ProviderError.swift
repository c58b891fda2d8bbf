import Vocabulary

/// A failed step at a control plane, ready to be shown. Text from servers in it is masked and on one line
/// already.
package struct ProviderError: FailureConvertible, Equatable, CustomStringConvertible {
    package let failure: Failure

    package init(_ code: FailureCode, _ message: String, hints: [String] = [], isRetryable: Bool? = nil) {
        var failure = Failure(code, message, hints: hints, isRetryable: isRetryable)
        // A creation of unknown outcome is not retryable; whatever else failed changed nothing, or was undone.
        failure.isSafeToRepeat = failure.isRetryable
        self.failure = failure
    }

    package var description: String { failure.description }
}
