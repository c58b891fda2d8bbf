import AgentCore
import Foundation
import Nostr

/// Ends a script without being a failure.
package struct ScriptSkipped: Error, Equatable { package let why: String }

/// Runs statements against a host. One at a time; the shell keeps one for a whole sitting.
package actor Interpreter {
    package nonisolated let host: any ScriptHost
    package nonisolated let catalogue: CommandCatalogue
    package nonisolated let jobs: Jobs
    package internal(set) var variables: Variables
    package private(set) var hints: [String] = []
    package private(set) var softFailures: [Diagnostic] = []
    var sourceName: String
    private var deferred: [(prefixes: [Prefix], invocation: Invocation)] = []
    private var step: String?
    /// By session: where the next `expect reply` begins.
    private var cursors: [String: Int] = [:]
    private var lastSaid: (range: SourceRange, remark: String)?

    package init(
        host: any ScriptHost, catalogue: CommandCatalogue, inputs: Variables.Inputs, sourceName: String
    ) {
        self.host = host
        self.catalogue = catalogue
        self.sourceName = sourceName
        jobs = Jobs(directory: host.jobDirectory, clock: host.clock)
        variables = Variables(inputs: inputs)
        variables.set("mock", .flag(host.isMock))
        variables.set("tty", .flag(host.isTerminal))
        variables.set("ci", .flag(!(host.variables["CI"] ?? "").isEmpty))
    }

    // MARK: Statements

    /// - Throws: `Diagnostic` for the first failure, `ScriptSkipped`.
    package func execute(_ statements: [Statement]) async throws {
        for statement in statements {
            if Task.isCancelled {
                throw Diagnostic(code: .cancelled, message: "cancelled", range: statement.range, step: step)
            }
            switch statement {
            case .command(let prefixes, let invocation): try await execute(prefixes[...], invocation)
            case .conditional(let branches, let range):
                for branch in branches {
                    let holds =
                        if let condition = branch.condition { try await holds(condition, range) } else {
                            true
                        }
                    if holds {
                        try await execute(branch.body)
                        break
                    }
                }
            case .forEach(let variable, let values, let body, let range):
                for value in try values.flatMap({ try items($0, range) }) {
                    variables.set(variable, value)
                    try await execute(body)
                }
            case .repetition(let count, let body, let range):
                let text = try evaluate(count, range)
                guard let number = Int(text), (0...100_000).contains(number) else {
                    throw diagnostic(
                        Failure(.usage, "repeat needs a number from 0 to 100000, not \"\(text.prefix(40))\""),
                        range)
                }
                for _ in 0..<number { try await execute(body) }
            }
        }
    }

    private func execute(_ prefixes: ArraySlice<Prefix>, _ invocation: Invocation) async throws {
        guard let prefix = prefixes.first else {
            _ = try await run(invocation)
            return
        }
        let rest = prefixes.dropFirst()
        switch prefix {
        case .when(let condition):
            if try await holds(condition, invocation.range) { try await execute(rest, invocation) }
        case .unless(let condition):
            if try await !holds(condition, invocation.range) { try await execute(rest, invocation) }
        case .deferred: deferred.append((Array(rest), invocation))
        case .trying:
            do {
                try await execute(rest, invocation)
                variables.set("error", .none)
            } catch let failure as Diagnostic where failure.code != .cancelled {
                remember(failure)
            }
        case .soft:
            do {
                try await execute(rest, invocation)
            } catch let failure as Diagnostic where failure.code != .cancelled {
                softFailures.append(failure)
                host.log.emit(.failure(code: failure.code.rawValue, message: failure.message))
            }
        case .fails(let wanted): try await executeFailing(rest, invocation, wanted)
        }
    }

    private func executeFailing(
        _ prefixes: ArraySlice<Prefix>, _ invocation: Invocation, _ wanted: FailureCode?
    ) async throws {
        do {
            try await execute(prefixes, invocation)
        } catch let failure as Diagnostic where failure.code != .cancelled {
            remember(failure)
            guard let wanted, failure.code != wanted else { return }
            throw diagnostic(
                Failure(
                    .mismatch,
                    "failed with \(failure.code.rawValue) instead of \(wanted.rawValue): \(failure.message)"),
                invocation.range)
        }
        throw diagnostic(
            Failure(.mismatch, "this should fail\(wanted.map { " with \($0.rawValue)" } ?? ""), and did not"),
            invocation.range)
    }

    private func remember(_ failure: Diagnostic) {
        variables.set(
            "error", .record(["code": .text(failure.code.rawValue), "message": .text(failure.message)]))
    }

    // MARK: Conditions and words

    private func holds(_ condition: Condition, _ range: SourceRange) async throws -> Bool {
        switch condition {
        case .truth(let word): return Truth.of(try value(word, range))
        case .comparison(let left, let comparison, let right):
            do {
                return try Truth.holds(evaluate(left, range), comparison, evaluate(right, range))
            } catch let failure as Failure {
                throw diagnostic(failure, left.range.through(right.range))
            }
        case .succeeds(let invocation):
            do {
                _ = try await run(invocation)
                return true
            } catch let failure as Diagnostic where failure.code != .cancelled && failure.code != .usage {
                remember(failure)
                return false
            }
        case .not(let inner): return try await !holds(inner, range)
        case .and(let a, let b):
            guard try await holds(a, range) else { return false }
            return try await holds(b, range)
        case .or(let a, let b):
            if try await holds(a, range) { return true }
            return try await holds(b, range)
        }
    }

    /// A lone variable keeps its type; everything else is text.
    private func value(_ word: Word, _ range: SourceRange) throws -> EventValue {
        if word.parts.count == 1, case .variable(let path, let place) = word.parts[0] {
            do { return try variables.lookUp(path) } catch {
                throw diagnostic(Failure(.usage, "\(error)"), place)
            }
        }
        return .text(try evaluate(word, range))
    }

    private func items(_ word: Word, _ range: SourceRange) throws -> [EventValue] {
        switch try value(word, range) {
        case .list(let items): return items
        case .text(let text) where !word.isQuoted:
            return text.split(separator: ",").map { .text(String($0)) }
        case let single: return [single]
        }
    }

    func evaluate(_ word: Word, _ range: SourceRange) throws -> String {
        var text = ""
        for part in word.parts {
            switch part {
            case .literal(let literal): text += literal
            case .variable(let path, let place):
                do {
                    text += try variables.lookUp(path).description
                } catch {
                    throw diagnostic(Failure(.usage, "\(error)"), place)
                }
            }
        }
        return text
    }

    // MARK: Commands

    /// Runs one command with its universal parameters; sets `$last` and the name given by `as=`.
    func run(_ invocation: Invocation) async throws -> EventValue {
        let range = invocation.range
        let bound = try ArgumentBinder(invocation, in: catalogue)
        let call: CommandCall
        let universal: ParameterSet
        do {
            universal = try parameterSet(UniversalParameters.all, bound.universal, environment: [:])
            let first = try bound.words.first { $0.key == nil }.map { try evaluate($0, range) }
            let parameters = bound.command.parameters(firstWord: first)
            call = CommandCall(
                values: try parameterSet(parameters, bound.keyed, environment: host.variables),
                words: try bound.words.map { try evaluate($0, range) },
                rawWords: try bound.words.map {
                    .init(key: $0.key, text: try evaluate($0, range), isQuoted: $0.isQuoted)
                },
                within: universal.duration("within"), range: range)
        } catch let error as ParameterError {
            throw diagnostic(Failure(.usage, error.description), range)
        }
        host.log.emit(.command(source: sourceName, line: range.line, text: bound.command.description.name))
        do {
            let result = EventValue.record(
                try await Attempts(script: self, universal: universal, range: range).run(bound.command, call))
            variables.set("last", result)
            if let name = universal.text("as") { variables.set(name, result) }
            return result
        } catch let skipped as ScriptSkipped {
            throw skipped
        } catch let diagnostic as Diagnostic {
            throw diagnostic
        } catch {
            // A leak is told even when somebody pressed Ctrl-C meanwhile.
            let failure = Failure(error)
            let shown =
                Task.isCancelled && failure.code != .leak
                ? Failure(.cancelled, "cancelled", hints: failure.hints) : failure
            throw diagnostic(shown, range, isExpectation: bound.command is ExpectCommand)
        }
    }

    private func parameterSet(
        _ parameters: [Parameter], _ given: [(parameter: Parameter, word: Word)],
        environment: [String: String]
    ) throws -> ParameterSet {
        var texts: [String: String] = [:]
        for (parameter, word) in given { texts[parameter.name] = try evaluate(word, word.range) }
        return try ParameterSet(parameters, given: texts, environment: environment)
    }

    func diagnostic(_ failure: Failure, _ range: SourceRange, isExpectation: Bool = false) -> Diagnostic {
        let mask = host.log.masking.mask
        return Diagnostic(
            code: failure.code, message: mask(failure.message), range: range,
            related: isExpectation ? lastSaid : nil,
            step: step, notes: failure.hints.map(mask))
    }

    // MARK: What commands change

    func set(_ name: String, _ value: EventValue) { variables.set(name, value) }
    func markSecret(_ name: String) { variables.markSecret(name) }
    func begin(step title: String) { step = title }
    func add(hint: String) { hints.append(hint) }
    func cursor(of session: String) -> Int { cursors[session] ?? 0 }
    func moveCursor(of session: String, to number: Int) { cursors[session] = number }
    func said(at range: SourceRange, remark: String) { lastSaid = (range, remark) }
    package func say(sourceName: String) { self.sourceName = sourceName }

    // MARK: The end

    /// For one deferred command: more than a provider's own limit for removing an agent, so that its words are heard.
    private static let cleanupLimit: Duration = .seconds(45)

    /// Runs what was deferred, last first, whatever happened; then ends the jobs.
    ///
    /// - Returns: failures of cleanup.
    package func cleanUp() async -> [Diagnostic] {
        var failures: [Diagnostic] = []
        while let (prefixes, invocation) = deferred.popLast() {
            do {
                try await withDeadline(Self.cleanupLimit, clock: host.clock) {
                    try await self.execute(prefixes[...], invocation)
                }
                host.log.emit(.deferred(command: invocation.source, failed: nil))
            } catch {
                var failure = error as? Diagnostic ?? diagnostic(Failure(error), invocation.range)
                // Torn down by the script itself: nothing is left to do.
                if failure.code == .usage, invocation.words.first?.bare == "teardown" { continue }
                failure.code = .leak
                failures.append(failure)
                host.log.emit(.deferred(command: invocation.source, failed: failure.message))
            }
        }
        await jobs.stopAll()
        return failures
    }

    package var hasDeferred: Bool { !deferred.isEmpty }
}
