import AgentCore

/// Something wrong at a place in a script. Facts only; `DiagnosticRenderer` makes text of them.
package struct Diagnostic: Error, Equatable, Sendable, CustomStringConvertible {
    package var code: FailureCode
    package var message: String
    /// Nil for what has no place in the script (cleanup, cancellation).
    package var range: SourceRange?
    /// Another line that matters, with its remark ("sent 12:00:41.2").
    package var related: (range: SourceRange, remark: String)?
    /// The step that was running.
    package var step: String?
    /// Lines behind `= `.
    package var notes: [String]
    /// More lines would mend it: the shell asks for them.
    package var isUnfinished = false

    package init(
        code: FailureCode, message: String, range: SourceRange?,
        related: (range: SourceRange, remark: String)? = nil,
        step: String? = nil, notes: [String] = []
    ) {
        self.code = code
        self.message = message
        self.range = range
        self.related = related
        self.step = step
        self.notes = notes
    }

    package var description: String { message }

    package static func == (a: Diagnostic, b: Diagnostic) -> Bool {
        a.code == b.code && a.message == b.message && a.range == b.range && a.notes == b.notes
            && a.step == b.step
    }
}
