import Vocabulary

/// Where typed lines come from.
package protocol LineReading: Sendable {
    /// The next line. Cancelling the task gives `.interrupted`.
    ///
    /// - Parameter prompt: without the blank behind it; empty shows none.
    func readLine(prompt: String) async -> TypedLine
    /// Takes an entry into the history that the arrow keys walk through; nothing where there are none.
    func remember(_ entry: String)
    /// Ends the reader's thread. When this returns, the terminal has the modes it was found in.
    func close() async
}

extension LineReading {
    package func remember(_ entry: String) {}
}

package enum TypedLine: Equatable, Sendable {
    case text(String)
    /// More bytes than this came without a line end: none of them is a line.
    case tooLong(Int)
    /// Ctrl-C: the line was cleared.
    case interrupted
    case endOfInput

    /// What is told of a line that was too long.
    static func failure(ofLineOver limitBytes: Int) -> Failure {
        Failure(.usage, "a line of the input has more than \(limitBytes) bytes: it is left out")
    }
}
