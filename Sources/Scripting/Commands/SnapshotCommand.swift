import Foundation
import Vocabulary

/// `snapshot NAME`: the last result, or the conversation, compared with a file beside the script.
struct SnapshotCommand: Command {
    /// Larger ones are no snapshots that anybody reads.
    static let maximumBytes = 4 << 20

    var description: CommandDescription {
        var description = CommandDescription(
            "snapshot", "compares the last result, or the conversation, with a file beside the script")
        description.words = .list("NAME", required: true)
        description.maximumWords = 1
        description.repetition = .instant
        description.parameters = [
            Parameter(
                "of", .choice(["last", "transcript"]), "what: the last result, or the conversation",
                default: "last"),
            Parameter("text", .text, "compares this text instead"),
            Parameter(
                "mask", .pattern, "what it matches differs each time; may be repeated", repeatable: true),
        ]
        description.results = [("path", "of the file")]
        description.details = [
            "The file is NAME.snap; --update writes it. Ids, keys, addresses with ports, times and durations are masked in any case.",
            "A difference is a failure (mismatch), shown line by line: - is the file, + is what came.",
        ]
        description.examples = [
            "snapshot greeting", "snapshot talk of=transcript", "snapshot status mask=/load [0-9.]+/",
        ]
        return description
    }

    /// A mask may take long: timeout= bounds it.
    func repetition(of call: WrittenCall) -> Repetition {
        call.parameters["mask"] == nil ? .instant : .never
    }

    func problem(in call: WrittenCall) -> WordProblem? {
        if let word = call.words.first, let name = word.literal, !Self.isName(name) {
            return WordProblem(Self.nameProblem(name), at: word)
        }
        if call.parameters["text"] != nil, let of = call.parameters["of"] {
            return WordProblem("either of= or text=", at: of)
        }
        if let word = call.parameters["mask"], let pattern = word.literal, PatternText.compile(pattern) == nil
        {
            return WordProblem("\(pattern) is not a valid regular expression", at: word)
        }
        return nil
    }

    /// A file name and nothing more: no path, nothing hidden.
    private static func isName(_ name: String) -> Bool {
        (1...100).contains(name.count) && !name.hasPrefix(".")
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
    }

    private static func nameProblem(_ name: String) -> String {
        "\"\(name.cut(to: 60))\" is not the name of a snapshot: letters, digits, - _ and . only"
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let name = call.text
        guard Self.isName(name) else { throw Failure(.usage, Self.nameProblem(name)) }
        let path = call.range.source.path(to: "\(name).snap")
        let masks = SnapshotMasks(try call.all("mask").map(Self.expression))
        // What leaves the process has no secrets, and a snapshot is for a repository.
        let now = try await masks.masked(script.host.log.masking.mask(try await text(call, in: script)))
        guard now.utf8.count <= Self.maximumBytes else {
            throw Failure(
                .usage,
                "\(name): a snapshot has at most \(Self.maximumBytes >> 20) MiB, this has \(now.utf8.count) bytes"
            )
        }
        if script.settings.updatesSnapshots {
            guard script.settings.snapshots.mayWrite(now, to: path) else {
                throw Failure(
                    .mismatch, "\(name) was written in this run already, with another text",
                    hints: ["each snapshot of a run has a name of its own: \(name)-$x in a loop or matrix"])
            }
            try Self.write(now, to: path)
            await script.emit(.result("\(path) written"))
        } else {
            try Self.compare(now, path, name)
        }
        return ["path": .text(path), "text": .text(now)]
    }

    private static func expression(_ pattern: String) throws(Failure) -> NSRegularExpression {
        guard let expression = PatternText.compile(pattern) else {
            throw Failure(.usage, "mask=\(pattern.cut(to: 80)) is not a valid regular expression")
        }
        return expression
    }

    private func text(_ call: CommandCall, in script: Interpreter) async throws -> String {
        if call.values.given.contains("text") { return call.values.text("text") ?? "" }
        if call.values.text("of") == "transcript" {
            guard let lines = await script.host.transcript() else {
                throw Failure(.usage, "there is no conversation yet")
            }
            return lines.joined(separator: "\n")
        }
        guard let last = await script.value(of: "last") else {
            throw Failure(.usage, "no command has run yet: there is no result")
        }
        return SnapshotText.of(last)
    }

    private static func write(_ text: String, to path: String) throws(Failure) {
        do {
            try Data((text + "\n").utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw Failure(.require, "\(path): cannot be written: \(error.localizedDescription)")
        }
    }

    private static func compare(_ now: String, _ path: String, _ name: String) throws(Failure) {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw Failure(
                .mismatch, "there is no snapshot \(path) yet",
                hints: ["--update writes it", "it would be: \(now.cut(to: 300))"])
        }
        defer { try? file.close() }
        guard let data = try? file.read(upToCount: maximumBytes + 2) ?? Data(),
            data.count <= maximumBytes + 1,
            var kept = String(validating: data, as: UTF8.self)
        else {
            throw Failure(.usage, "\(path) is not a UTF-8 text of at most \(maximumBytes >> 20) MiB")
        }
        if kept.hasSuffix("\n") { kept.removeLast() }
        // Character by character: equal looks are not enough.
        guard !kept.utf8.elementsEqual(now.utf8) else { return }
        throw Failure(
            .mismatch, "\(name) differs from \(path)",
            hints: TextDifference.lines(from: kept, to: now) + ["if this is right, --update writes it"])
    }
}
