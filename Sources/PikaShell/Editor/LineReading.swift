/// Where typed lines come from.
package protocol LineReading: Sendable {
    /// The next line. Cancelling the task gives `.interrupted`.
    ///
    /// - Parameter prompt: without the blank behind it; empty shows none.
    func readLine(prompt: String) async -> TypedLine
    /// Ends the reader's thread.
    func close()
}

package enum TypedLine: Equatable, Sendable {
    case text(String)
    /// Ctrl-C: the line was cleared.
    case interrupted
    case endOfInput
}
