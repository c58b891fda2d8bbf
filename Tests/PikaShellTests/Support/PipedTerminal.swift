import Foundation
import PikaShell
import TestSupport

/// A terminal of pipes: what is printed can be read afterwards.
final class PipedTerminal: Sendable {
    let terminal: Terminal
    private let descriptors: [Int32]
    private let output = Collector()
    private let error = Collector()

    /// - Parameter input: all of standard input.
    init(input text: String = "") throws {
        let (input, output, error) = (try Spawned.pipe(), try Spawned.pipe(), try Spawned.pipe())
        terminal = Terminal(input: input.read, output: output.write, error: error.write, environment: [:])
        descriptors = [input.read, output.write, error.write]
        let (outputText, errorText) = (self.output, self.error)
        Spawned.follow(output.read) { outputText.add($0, isEnd: $1) }
        Spawned.follow(error.read) { errorText.add($0, isEnd: $1) }
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(input.write, $0.baseAddress, $0.count) }
        close(input.write)
    }

    /// Call once, when nothing writes any more.
    func finish() async -> (output: String, error: String) {
        await terminal.drain()
        for descriptor in descriptors { close(descriptor) }
        _ = await output.waitForEnd(limit: .seconds(5))
        _ = await error.waitForEnd(limit: .seconds(5))
        return (output.text, error.text)
    }
}
