import Foundation
import Scripting
import Vocabulary

/// A language server on a terminal's input and output, from the first message to `exit`.
package struct LanguageServerSession: Sendable {
    private let catalogue: CommandCatalogue
    private let terminal: Terminal
    private let version: String

    package init(catalogue: CommandCatalogue, terminal: Terminal, version: String) {
        (self.catalogue, self.terminal, self.version) = (catalogue, terminal, version)
    }

    /// - Returns: the exit status: 0 after `shutdown` and `exit`, otherwise 1.
    package func run() async -> Int32 {
        // On a thread of its own: reading blocks.
        await withCheckedContinuation { continuation in
            let thread = Thread { continuation.resume(returning: serve()) }
            // Scripts are parsed recursively.
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    private func serve() -> Int32 {
        let stream = MessageStream(input: terminal.input)
        var server = LanguageServer(catalogue: catalogue, program: version)
        while true {
            let answers: [[String: Any]]
            switch stream.next() {
            case .message(let message): answers = server.handle(message)
            case .malformed: answers = [LanguageServer.malformed]
            // The editor is gone.
            case .end: return 1
            }
            for answer in answers { terminal.report(MessageStream.encoded(answer, mask: terminal.masked)) }
            if let status = server.exitStatus { return status }
        }
    }
}
