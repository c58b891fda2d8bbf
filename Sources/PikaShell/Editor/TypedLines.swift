import Foundation
import Vocabulary

/// Lines typed at a terminal, or read from a pipe, one after the other.
package enum TypedLines {
    /// Hands each line over before the next one is read; returns at the end of input.
    ///
    /// - Parameter prompt: without the blank behind it; empty for a pipe.
    /// - Throws: `Failure` (usage) for a line that is too long; `CancellationError` after Ctrl-C, which is delivered to `interrupts` when it was typed.
    package static func read(
        from terminal: Terminal, prompt: String, interrupts: Interrupts,
        _ take: (String) async throws -> Void
    ) async throws {
        let editor = LineEditor(
            terminal: terminal, history: [], help: NoLineHelp(), remembersLines: true,
            onInterrupt: { _ in interrupts.deliver(SIGINT) })
        let reader: any LineReading = editor ?? PlainReader(terminal: terminal)
        do {
            try await read(from: reader, prompt: prompt, interrupts: interrupts, take)
        } catch {
            await reader.close()
            throw error
        }
        await reader.close()
    }

    private static func read(
        from reader: any LineReading, prompt: String, interrupts: Interrupts,
        _ take: (String) async throws -> Void
    ) async throws {
        while true {
            switch await reader.readLine(prompt: prompt) {
            case .text(let line): try await take(line)
            case .tooLong(let limit): throw TypedLine.failure(ofLineOver: limit)
            case .interrupted:
                // Typed: a signal has cancelled the task already, and counting it twice would mean to skip the cleanup.
                if !Task.isCancelled { interrupts.deliver(SIGINT) }
                throw CancellationError()
            case .endOfInput:
                try Task.checkCancellation()
                return
            }
            try Task.checkCancellation()
        }
    }
}
