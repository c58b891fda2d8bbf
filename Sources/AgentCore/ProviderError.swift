import Vocabulary

/// A failed step at a control plane, ready to be shown. Text from servers in it is masked and on one line
/// already.
package struct ProviderError: FailureConvertible, Equatable, CustomStringConvertible {
    package let failure: Failure

    package init(_ code: FailureCode, _ message: String, hints: [String] = [], isRetryable: Bool? = nil) {
        failure = Failure(code, message, hints: hints, isRetryable: isRetryable)
    }

    package var description: String { failure.description }
}
