import Foundation
import Vocabulary

/// `save FILE`
struct SaveCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("save", "writes the history to a new file")
        description.repetition = .instant
        description.words = .list("FILE", required: true)
        description.maximumWords = 1
        description.results = [("path", "the file"), ("count", "how many lines")]
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        guard let history = script.history else {
            throw Failure(.usage, "no history is kept here, so there is nothing to save")
        }
        let lines = history.lines()
        try write(lines.map { $0 + "\n" }.joined(), to: call.text)
        await script.emit(.result("\(lines.count) lines saved to \(call.text)"))
        return ["path": .text(call.text), "count": .number(lines.count)]
    }

    /// Never over something else, and readable by nobody else.
    private func write(_ text: String, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw errno == EEXIST
                ? Failure(.usage, "\(path) exists already; choose another name")
                : Failure(.require, "cannot write \(path): \(String(cString: strerror(errno)))")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try file.write(contentsOf: Data(text.utf8))
            try file.close()
        } catch {
            unlink(path)
            throw Failure(.require, "cannot write \(path): \(String(cString: strerror(errno)))")
        }
    }
}
