import Vocabulary

/// Files that a script takes in are checked where they run: with what is known there, and what they define is known behind it.
extension Checker {
    mutating func checkFile(_ file: String, _ word: Word) {
        let path = word.range.source.path(to: file)
        guard files.count < Interpreter.maximumSourceDepth, !files.contains(path) else {
            return report("\(path) is read into itself", word.range)
        }
        let source: Source
        do {
            source = try Source.load(path)
        } catch {
            // A program of this script may make it first.
            if !mayHaveMadeFiles { report(Failure(error).message, word.range) }
            return
        }
        let (statements, syntax) = Parser.parse(source, catalogue: catalogue)
        let before = problems
        problems = []
        files.append(path)
        check(statements)
        files.removeLast()
        let found = syntax + problems
        problems = before
        guard let first = found.first else { return }
        report(
            found.count == 1 ? "\(path) has a mistake" : "\(path) has \(found.count) mistakes", word.range,
            ["\(first.place): \(first.message)", "see them all: pikachat check \(path)"])
    }
}
