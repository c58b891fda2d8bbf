import Foundation
import Vocabulary

/// Files that a script takes in are checked where they run: with what is known there, and what they define is known behind it.
extension Checker {
    mutating func checkFile(_ file: String, _ word: Word) {
        let path = word.range.source.path(to: file)
        guard mayRead(path, word) else { return }
        let source: Source
        do {
            source = try Source.load(path)
        } catch {
            // A program of this script may make it first.
            if !mayHaveMadeFiles { report(.missingFile, Failure(error).message, word.range) }
            return
        }
        readFiles.insert(path)
        let (statements, syntax) = Parser.parse(source, catalogue: catalogue)
        let before = problems
        problems = []
        files.append(path)
        check(statements)
        files.removeLast()
        let found = syntax + problems
        problems = before
        report(found, in: path, word)
    }

    /// A file may have several names.
    private static func real(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    private mutating func mayRead(_ path: String, _ word: Word) -> Bool {
        let real = Self.real(path)
        if let place = files.firstIndex(where: { Self.real($0) == real }) {
            let way = (files[place...] + [path]).joined(separator: " → ")
            report(.missingFile, "\(path) is read into itself", word.range, [way])
            return false
        }
        filesLeft -= 1
        guard filesLeft >= 0 else {
            // Once is enough.
            if filesLeft == -1 {
                report(
                    .missingFile, "more than \(Self.maximumFiles) files are read for this script", word.range)
            }
            return false
        }
        guard files.count <= Interpreter.maximumSourceDepth else {
            report(
                .missingFile,
                "files are read into each other more than \(Interpreter.maximumSourceDepth) deep", word.range)
            return false
        }
        return true
    }

    private mutating func report(_ found: [Diagnostic], in path: String, _ word: Word) {
        guard let first = found.first else { return }
        report(
            .missingFile,
            found.count == 1 ? "\(path) has a mistake" : "\(path) has \(found.count) mistakes", word.range,
            ["\(first.place): \(first.message)"] + first.notes.map(\.text) + [
                "see them all: pikachat check \(path)"
            ])
    }

    /// An included file has variables of its own; sessions and jobs are the script's.
    ///
    /// - Returns: the names of its results.
    mutating func checkInclude(_ invocation: Invocation) -> Set<String> {
        guard let word = invocation.arguments.first(where: { $0.key == nil }), let file = word.literal else {
            return []
        }
        let path = word.range.source.path(to: file)
        guard mayRead(path, word) else { return [] }
        let source: Source
        do {
            source = try Source.load(path)
        } catch {
            report(.missingFile, Failure(error).message, word.range)
            return []
        }
        readFiles.insert(path)
        let (statements, syntax) = Parser.parse(source, catalogue: catalogue)
        checkArguments(invocation, of: source, path)
        let (outer, before) = (known, problems)
        problems = []
        known = outer.withoutVariables
        definePredefined()
        files.append(path)
        check(statements)
        files.removeLast()
        let (inner, found) = (known, syntax + problems)
        (known, problems) = (outer, before)
        known.takeWorld(from: inner)
        report(found, in: path, word)
        included[path] = CheckedScript(source: source, statements: statements)
        let results = inner.results(without: catalogue.variables)
        if invocation.universal("as") != nil,
            let taken = results.intersection(Interpreter.outcomeFields).sorted().first
        {
            report(
                .takenName, "\(path) sets \(taken), which every result has of its own: it would be lost",
                word.range, ["give it another name there"])
        }
        return results
    }

    /// Every argument must be an input that the file declares.
    private mutating func checkArguments(_ invocation: Invocation, of source: Source, _ path: String) {
        guard let declared = try? CheckedScript.inputs(of: source) else { return }
        for word in invocation.arguments {
            guard let name = word.key else { continue }
            guard let input = declared.first(where: { $0.name == name }) else {
                let names = declared.map(\.name)
                let nearest = Suggestion.nearest(to: name, among: names).map { "did you mean \($0)?" }
                report(
                    .usage,
                    "\(path) declares no input \(name)", word.range,
                    [
                        nearest
                            ?? (names.isEmpty
                                ? "it declares none" : "known: \(names.sorted().joined(separator: ", "))")
                    ])
                continue
            }
            guard let text = word.literal else { continue }
            do {
                _ = try input.text(from: Inputs(sets: [name: text]))
            } catch { report(.wrongValue, error.message, word.range) }
        }
    }
}
