import Vocabulary

/// Runs statements against a host, one at a time; the prompt keeps one for a whole sitting. Commands get it to report what happens, to
/// set variables and to reach the host.
public actor Interpreter {
    public nonisolated let host: any ScriptHost
    public nonisolated let catalogue: CommandCatalogue
    package nonisolated let jobs: Jobs
    package nonisolated let history: (any CommandHistory)?
    package private(set) var variables: Variables
    package private(set) var hints: [String] = []
    package private(set) var softFailures: [Diagnostic] = []
    var deferred: [(prefixes: [Prefix], invocation: Invocation)] = []
    private var step: String?
    private var lastRemark: Diagnostic.Note?
    /// Files that `source` is reading, one inside the other.
    private var sourceDepth = 0
    private static let maximumSourceDepth = 16

    package init(
        host: any ScriptHost, catalogue: CommandCatalogue, inputs: Inputs, isTerminal: Bool = false,
        history: (any CommandHistory)? = nil
    ) {
        self.host = host
        self.catalogue = catalogue
        self.history = history
        jobs = Jobs(directory: host.jobDirectory, clock: host.clock, masking: host.log.masking)
        variables = Variables(inputs: inputs, predefined: catalogue.variables)
        variables.set("mock", .flag(host.isMock))
        variables.set("tty", .flag(isTerminal))
        variables.set("ci", .flag(!(host.environment["CI"] ?? "").isEmpty))
    }

    // MARK: For commands

    /// Reports an event, with the session in use unless it names one.
    public nonisolated func emit(_ event: LogEvent) async {
        var event = event
        if event.session == nil { event.session = await host.currentSession() }
        host.log.emit(event)
    }

    /// Sets a variable, as `$name`.
    public func set(_ name: String, _ value: EventValue) { variables.set(name, value) }

    /// A variable's value; nil when it is not set.
    public func value(of name: String) -> EventValue? { variables.value(name) }

    /// Advice that is shown at the end.
    public func add(hint: String) { hints.append(hint) }

    /// Something that a later failure should be seen beside ("sent 12:00:41, confirmed by …").
    public func remark(_ text: String, at range: SourceRange) { lastRemark = .init(text, range) }

    func markSecret(_ name: String) { variables.markSecret(name) }
    func begin(step title: String) { step = title }

    // MARK: Statements

    /// - Throws: `Diagnostic` for the first failure, `ScriptEnd`.
    package func execute(_ statements: [Statement]) async throws {
        for statement in statements {
            if Task.isCancelled { throw diagnostic(Failure(.cancelled, "cancelled"), statement.range) }
            switch statement {
            case .command(let prefixes, let invocation): try await execute(prefixes[...], invocation)
            case .conditional(let branches, _):
                for branch in branches {
                    if let condition = branch.condition, try await !holds(condition) { continue }
                    try await execute(branch.body)
                    break
                }
            case .forEach(let variable, let values, let body, _):
                for value in try values.flatMap({ try items($0) }) {
                    variables.set(variable, value)
                    try await execute(body)
                }
            case .repetition(let count, let body, let range):
                let text = try evaluate(count)
                guard let number = Int(text), (0...100_000).contains(number) else {
                    throw diagnostic(
                        Failure(
                            .usage, "repeat needs a number from 0 to 100000, not \"\(text.cut(to: 40))\""),
                        range)
                }
                for _ in 0..<number { try await execute(body) }
            case .invalid(_, let range):
                // A checked script has none.
                throw diagnostic(Failure(.usage, "this line was found to be wrong"), range)
            }
        }
    }

    func execute(_ prefixes: ArraySlice<Prefix>, _ invocation: Invocation) async throws {
        guard let prefix = prefixes.first else {
            _ = try await run(invocation)
            return
        }
        let rest = prefixes.dropFirst()
        switch prefix {
        case .when(let condition):
            if try await holds(condition) { try await execute(rest, invocation) }
        case .unless(let condition):
            if try await !holds(condition) { try await execute(rest, invocation) }
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
                await emit(.failure(failure.failure, frame: DiagnosticRenderer.render(failure)))
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
                Failure(.mismatch, "failed with \(failure.code) instead of \(wanted): \(failure.message)"),
                invocation.range)
        }
        throw diagnostic(
            Failure(.mismatch, "this should have failed\(wanted.map { " with \($0)" } ?? ""), and did not"),
            invocation.range)
    }

    private func remember(_ failure: Diagnostic) {
        variables.set(
            "error", .record(["code": .text(failure.code.name), "message": .text(failure.message)]))
    }

    // MARK: Conditions and words

    private func holds(_ condition: Condition) async throws -> Bool {
        switch condition {
        case .truth(let word): return Truth.of(try value(word))
        case .comparison(let left, let comparison, let right):
            do {
                return try Truth.holds(evaluate(left), comparison, evaluate(right))
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
        case .not(let inner): return try await !holds(inner)
        case .and(let a, let b):
            guard try await holds(a) else { return false }
            return try await holds(b)
        case .or(let a, let b):
            if try await holds(a) { return true }
            return try await holds(b)
        }
    }

    /// A lone variable keeps its type; everything else is text.
    private func value(_ word: Word) throws -> EventValue {
        if word.parts.count == 1, case .variable(let path, let place) = word.parts[0] {
            do { return try variables.lookUp(path) } catch {
                throw diagnostic(Failure(.usage, "\(error)"), place)
            }
        }
        return .text(try evaluate(word))
    }

    private func items(_ word: Word) throws -> [EventValue] {
        switch try value(word) {
        case .list(let items): return items
        case .text(let text) where !word.isQuoted:
            return text.split(separator: ",").map { .text(String($0)) }
        case let single: return [single]
        }
    }

    func evaluate(_ word: Word) throws -> String {
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
    @discardableResult
    package func run(_ invocation: Invocation) async throws -> EventValue {
        let description = invocation.command.description
        let range = invocation.range
        do {
            let (call, universal) = try evaluate(invocation)
            await emit(
                .command(
                    description.name, call.logged, at: range, isConfidential: description.isConfidential))
            let attempts = Attempts(script: self, universal: universal)
            let result = EventValue.record(try await attempts.run(invocation.command, call))
            variables.set("last", result)
            if let name = universal.text("as") { variables.set(name, result) }
            return result
        } catch let end as ScriptEnd {
            throw end
        } catch let diagnostic as Diagnostic {
            throw diagnostic
        } catch {
            // A leak is reported even when somebody pressed Ctrl-C meanwhile.
            let failure = Failure(error)
            let shown =
                Task.isCancelled && failure.code != .leak
                ? Failure(.cancelled, "cancelled", hints: failure.hints) : failure
            var diagnostic = diagnostic(shown, range)
            diagnostic.isNothingToDo = error is NothingToDo
            if description.showsLastRemark, let lastRemark { diagnostic.notes.insert(lastRemark, at: 0) }
            throw diagnostic
        }
    }

    private func evaluate(_ invocation: Invocation) throws -> (CommandCall, ParameterSet) {
        let universal = try parameterSet(UniversalParameters.all, invocation.universal, environment: [:])
        let first = try invocation.arguments.first { $0.key == nil }.map(evaluate)
        let parameters = invocation.command.parameters(firstWord: first)
        let call = CommandCall(
            values: try parameterSet(parameters, invocation.keyed, environment: host.environment),
            words: try invocation.arguments.map(evaluate),
            rawWords: try invocation.arguments.map {
                .init(key: $0.key, text: try evaluate($0), isQuoted: $0.isQuoted)
            },
            within: universal.duration("within"), range: invocation.range)
        return (call, universal)
    }

    private func parameterSet(
        _ parameters: [Parameter], _ given: [(parameter: Parameter, word: Word)],
        environment: [String: String]
    ) throws -> ParameterSet {
        var texts: [String: String] = [:]
        for (parameter, word) in given {
            let text = try evaluate(word)
            if parameter.isSecret { host.log.masking.add(text) }
            texts[parameter.name] = text
        }
        return try ParameterSet(parameters, given: texts, environment: environment)
    }

    func diagnostic(_ failure: Failure, _ range: SourceRange) -> Diagnostic {
        Diagnostic(failure.code, failure.message, range, notes: failure.hints, step: step)
    }

    // MARK: Other scripts

    /// Runs another file here, as if its lines stood in this place.
    func source(_ path: String) async throws {
        guard sourceDepth < Self.maximumSourceDepth else {
            throw Failure(
                .usage, "\(path): files are read into each other more than \(Self.maximumSourceDepth) deep")
        }
        sourceDepth += 1
        defer { sourceDepth -= 1 }
        let source = try Source.load(path)
        switch CheckedScript.make(source, catalogue: catalogue, known: variables.names) {
        case .success(let script): try await execute(script.statements)
        case .failure(let problems):
            for problem in problems.problems.dropLast() {
                await emit(.failure(problem.failure, frame: DiagnosticRenderer.render(problem)))
            }
            if let last = problems.problems.last { throw last }
        }
    }
}
