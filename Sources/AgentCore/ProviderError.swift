/// A control-plane step that failed, ready to be shown.
package struct ProviderError: FailureConvertible, Equatable, CustomStringConvertible {
    package let failure: Failure

    package init(_ code: FailureCode, _ message: String, hints: [String] = [], canHeal: Bool? = nil) {
        failure = Failure(code, message, hints: hints, canHeal: canHeal)
    }

    package var description: String { failure.description }
}
