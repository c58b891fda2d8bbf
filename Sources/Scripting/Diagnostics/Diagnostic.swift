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
    }

    package var description: String { message }
    package var failure: Failure { Failure(code, message, hints: notes.map(\.text)) }
}
