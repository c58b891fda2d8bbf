/// Where typed lines come from.
package protocol LineReading: Sendable {
    /// The next line. Cancelling the task gives `.interrupted`.
    ///
    /// - Parameter prompt: without the blank behind it; empty shows none.
    func readLine(prompt: String) async -> TypedLine
    /// Ends the reader's thread. When this returns, the terminal has the modes it was found in.
    func close() async
}

package enum TypedLine: Equatable, Sendable {
    case text(String)
    /// Ctrl-C: the line was cleared.
    case interrupted
    case endOfInput
}
