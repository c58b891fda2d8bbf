import Foundation
import Vocabulary

/// What was done in a sitting, as a script: the commands that succeeded, in their order. Ids that a later line names become variables,
/// secrets become inputs, and what was started is removed at the end.
struct SessionRecording: Sendable {
    private struct Entry {
        var lines: [String]
        /// Of the command, where the statement is one.
        let opens: Bool
        let keeps: Bool
        let isDeferredRemoval: Bool
        let requirements: Set<Requirement>
    }

    /// A value that later lines may name, and the variable that has it.
    private struct Known {
        let value: String
        let variable: String
    }

    /// Shorter values are words like others.
    private static let shortestID = 6
    private static let idFields = ["id", "npub"]
    /// Ids that are looked for in later lines; older ones stay texts.
    private static let knownLimit = 200
    /// A longer sitting is a program of its own.
    private static let limit = 10_000

    private var entries: [Entry] = []
    private var known: [Known] = []

    var isEmpty: Bool { entries.isEmpty }
    var count: Int { entries.count }

    // MARK: What happens

    /// A statement has succeeded.
    ///
    /// - Parameters:
    ///   - lines: as they were typed.
    ///   - result: of the command, where it is one.
    mutating func add(_ statement: Statement, lines: [String], result: EventValue?) {
        guard entries.count < Self.limit else { return }
        let commands = [statement].commands
        guard !commands.allSatisfy({ $0.invocation.command.description.onlyLooks }) || commands.isEmpty else {
            return
        }
        let descriptions = commands.map(\.invocation.command.description)
        var single: (prefixes: [Prefix], invocation: Invocation)?
        if case .command(let prefixes, let invocation) = statement { single = (prefixes, invocation) }
        entries.append(
            Entry(
                lines: lines.map(withVariables),
                opens: single.map { $0.invocation.command.opens($0.invocation.written) != nil } ?? false,
                keeps: descriptions.contains { $0.keeps != nil },
                isDeferredRemoval: single.map { part in
                    part.prefixes.contains(.deferred) && part.invocation.command.description.closes != nil
                } ?? false,
                requirements: commands.reduce(into: []) {
                    $0.formUnion($1.invocation.command.requirements(of: $1.invocation.written))
                }))
        if let invocation = single?.invocation { learn(invocation, result) }
    }

    private mutating func learn(_ invocation: Invocation, _ result: EventValue?) {
        guard case .record(let fields)? = result,
            let name = invocation.resultName ?? invocation.command.description.variables.first
        else { return }
        for field in Self.idFields {
            guard case .text(let value)? = fields[field], value.count >= Self.shortestID else { continue }
            known.removeAll { $0.value == value || $0.variable == "\(name).\(field)" }
            known.append(Known(value: value, variable: "\(name).\(field)"))
            if known.count > Self.knownLimit { known.removeFirst() }
        }
    }

    /// The line with variables in the place of ids.
    private func withVariables(_ line: String) -> String {
        known.reduce(line) { line, known in
            var (result, rest) = ("", line[...])
            while let range = rest.firstRange(of: known.value) {
                let before =
                    range.lowerBound == rest.startIndex
                    ? result.last : rest[rest.index(before: range.lowerBound)]
                let after = range.upperBound == rest.endIndex ? nil : rest[range.upperBound]
                let isWord = [before, after].allSatisfy {
                    $0.map { !($0.isLetter || $0.isNumber || $0 == "-") } ?? true
                }
                result += rest[..<range.lowerBound] + (isWord ? "${\(known.variable)}" : known.value)
                rest = rest[range.upperBound...]
            }
            return result + rest
        }
    }

    // MARK: The script

    /// - Parameter masking: knows the secrets.
    func script(_ masking: Masking) -> String {
        var (inputs, body): ([String], [String]) = ([], [])
        for (number, entry) in entries.enumerated() {
            body += entry.lines.map { Self.withoutSecrets($0, masking, &inputs) }
            let following = number + 1 < entries.count ? entries[number + 1] : nil
            if entry.opens, !(following?.isDeferredRemoval ?? false), !(following?.keeps ?? false) {
                body.append("defer teardown")
            }
        }
        var head = ["# Saved from the prompt; `pikachat check` explains what looks odd."]
        if entries.contains(where: { $0.requirements.contains { $0.isOnlyOfMocks } }) {
            head.append("only mock")
        }
        return (head + inputs.map { "env \($0) secret" } + body).joined(separator: "\n") + "\n"
    }

    /// Inputs in the place of secrets.
    private static func withoutSecrets(_ line: String, _ masking: Masking, _ inputs: inout [String]) -> String
    {
        let masked = masking.mask(line)
        guard masked != line else { return line }
        guard !isInSingleQuotes(masked) else {
            return "# left out, for it has a secret in single quotes: \(masked)"
        }
        var (result, rest) = ("", masked[...])
        while let range = rest.firstRange(of: Masking.replacement) {
            let name = "SECRET_\(inputs.count + 1)"
            inputs.append(name)
            result += rest[..<range.lowerBound] + "${\(name)}"
            rest = rest[range.upperBound...]
        }
        return result + rest
    }

    private static func isInSingleQuotes(_ line: String) -> Bool {
        guard let place = line.firstRange(of: Masking.replacement)?.lowerBound else { return false }
        return line[..<place].count { $0 == "'" } % 2 == 1
    }
}
