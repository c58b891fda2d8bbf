import Vocabulary

/// Something wrong at a place in a script. Facts only; `DiagnosticRenderer` turns them into text.
package struct Diagnostic: Error, Equatable, Sendable, CustomStringConvertible, FailureConvertible {
    /// A remark, with the place that it is about where it has one of its own.
    package struct Note: Equatable, Sendable {
        package let text: String
        package let range: SourceRange?

        package init(_ text: String, _ range: SourceRange? = nil) { (self.text, self.range) = (text, range) }
    }

    package internal(set) var code: FailureCode
    package internal(set) var message: String
    /// Nil for what has no place in a script.
    package internal(set) var range: SourceRange?
    package internal(set) var notes: [Note]
    /// The step that was running.
    package internal(set) var step: String?
    /// More lines would complete it: the shell asks for them.
    package internal(set) var isUnfinished = false
    /// Whether the same line may succeed later.
    package internal(set) var isRetryable: Bool
    /// Something had been done before it happened.
    package internal(set) var isAfterStart = false
    /// The rule of `check` that it breaks; nil for failures of a run.
    package internal(set) var rule: CheckRule?
    /// A change that mends it.
    package internal(set) var fix: ScriptFix?
    /// The debugger has stopped at it.
    package var wasLookedAt = false
    /// Ctrl-C at the debugger ended just this.
    package var isInterruption = false
    /// The command found its work done already.
    var isNothingToDo = false

    package init(
        _ code: FailureCode, _ message: String, _ range: SourceRange?, notes: [String] = [],
        step: String? = nil
    ) {
        self.code = code
        self.message = message
        self.range = range
        self.step = step
        self.notes = notes.map { Note($0) }
        isRetryable = code.isRetryable
    }

    /// A failure that has no place in a script.
    package init(_ failure: Failure) {
        self.init(failure.code, failure.message, nil, notes: failure.hints)
        isRetryable = failure.isRetryable
    }

    /// What a rule of `check` has found.
    ///
    /// - Parameter advice: nil takes the rule's own.
    init(
        rule: CheckRule, _ message: String, _ range: SourceRange, advice: String? = nil,
        fix: ScriptFix? = nil
    ) {
        self.init(.usage, message, range, notes: [advice ?? rule.advice])
        (self.rule, self.fix) = (rule, fix)
    }

    /// Status of a process that ends because of it. A mistake that only shows when something has been done already is a wrong answer:
    /// status 2 means that nothing ran.
    package var exitStatus: Int32 {
        code == .usage && isAfterStart ? FailureCode.mismatch.exitStatus : code.exitStatus
    }

    /// Status of a run that did not begin because of all these.
    package static func exitStatus(of problems: [Diagnostic]) -> Int32 {
        let codes = Set(problems.map(\.code))
        return (codes == [.require] ? FailureCode.require : .usage).exitStatus
    }

    /// The same, with a rule where it has none.
    func under(_ rule: CheckRule) -> Diagnostic {
        var other = self
        other.rule = self.rule ?? rule
        return other
    }

    package var description: String { message }

    /// `file:line`, with the step; empty for what has no place.
    package var place: String {
        range.map { "\($0.file):\($0.line)\(step.map { " (step \"\($0)\")" } ?? "")" } ?? ""
    }
    package var failure: Failure {
        Failure(code, message, hints: notes.map(\.text), isRetryable: isRetryable)
    }
}
