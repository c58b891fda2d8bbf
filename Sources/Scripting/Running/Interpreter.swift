import Vocabulary

/// Runs statements against a host, one at a time; the prompt keeps one for a whole sitting. Commands get it to report what happens, to
/// set variables and to reach the host.
///
/// ```swift
/// func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
///     await script.emit(.result("1.4 is live"))        // shown, and in the JSON output
///     await script.set("release", .text("1.4"))        // $release
///     await script.add(hint: "confirm 1.4 keeps it")   // shown at the end
///     return ["version": .text("1.4")]                 // $last.version
/// }
/// ```
public actor Interpreter {
    /// The world that the commands act on; a command may look whether it is its own program's.
    public nonisolated let host: any ScriptHost
    /// All commands, for those that explain others.
    public nonisolated let catalogue: CommandCatalogue
    package nonisolated let jobs: Jobs
    nonisolated let backgrounds: Backgrounds
    package nonisolated let history: (any CommandHistory)?
    package nonisolated let settings: RunSettings
    /// The debugger, where there is one.
    nonisolated let stepping: (any Stepping)?
    /// What has happened in this run.
    package nonisolated let trail: EventTrail
    /// Where the next `expect` of each subject begins; kept by the interpreter of the whole run.
    var cursors: [String: Int] = [:]
    package internal(set) var variables: Variables
    /// The interpreter of the whole run, where this one runs a part of it.
    nonisolated let root: Interpreter?
    /// Whose part this one runs.
    nonisolated let parent: Interpreter?
    /// Files that may be included, read when the script was checked, by their path.
    var included: [String: CheckedScript] = [:]
    /// The line that includes the file which runs here.
    var includedAt: SourceRange?
    package internal(set) var hints: [String] = []
    package internal(set) var softFailures: [Diagnostic] = []
    /// The command that runs, or ran last.
    package internal(set) var running: (range: SourceRange, step: String?)?
    /// Whether anything was done yet; declarations do nothing.
    var hasRun = false
    var deferred: [Deferred] = []
    /// What succeeded, for `save`.
    var recorded = SessionRecording()
    /// What `set timeout.COMMAND` says.
    var ownLimits: [String: Duration] = [:]
    var step: String?
    var lastRemark: Diagnostic.Note?
    /// Where `--until` stops.
    var end: (source: Source, line: Int)?
    /// Session in use when the statement began.
    var session: String?
    /// Files that `source` is reading, one inside the other.
    var sourceDepth = 0
    static let maximumSourceDepth = 16

    package init(
        host: any ScriptHost, catalogue: CommandCatalogue, inputs: Inputs, isTerminal: Bool = false,
        history: (any CommandHistory)? = nil, settings: RunSettings = RunSettings(),
        stepping: (any Stepping)? = nil
    ) {
        self.host = host
        self.stepping = stepping
        self.settings = settings
        self.catalogue = catalogue
        self.history = history
        (root, parent) = (nil, nil)
        backgrounds = Backgrounds()
        trail = EventTrail(of: host.log)
        jobs = Jobs(directory: host.jobDirectory, clock: host.clock, log: host.log)
        variables = Variables(inputs: inputs, sessionNames: catalogue.sessionVariables)
        variables.set("mock", .flag(host.isMock), in: nil)
        variables.set("tty", .flag(isTerminal), in: nil)
        variables.set("ci", .flag(!(host.environment["CI"] ?? "").isEmpty), in: nil)
        variables.set("error", Self.noError, in: nil)
    }

    /// For `fork`.
    init(part of: Interpreter, variables: Variables, state: PartState) {
        (host, catalogue, jobs, history) = (of.host, of.catalogue, of.jobs, of.history)
        backgrounds = of.backgrounds
        (settings, root, parent, trail) = (of.settings, of.root ?? of, of, of.trail)
        stepping = of.stepping
        self.variables = variables
        (included, end, step, sourceDepth) = (state.included, state.end, state.step, state.sourceDepth)
        hasRun = state.hasRun
    }

    // MARK: For commands

    /// Reports an event, with the session in use unless it names one. Waits while what was shown before is not taken.
    public nonisolated func emit(_ event: LogEvent) async {
        var event = event
        if event.session == nil { event.session = await currentSession() }
        host.log.emit(event)
        await host.log.settle()
    }

    nonisolated func currentSession() async -> String? {
        if let name = SessionScope.name { return name }
        return await host.currentSession()
    }

    /// Sets a variable, as `$name`; one that commands set belongs to the session in use.
    public func set(_ name: String, _ value: EventValue) async {
        let session = await currentSession()
        variables.set(name, value, in: session)
    }

    /// A variable's value; nil when it is not set.
    public func value(of name: String) async -> EventValue? {
        let session = await currentSession()
        return variables.value(name, in: session)
    }

    /// Advice that is shown at the end.
    public func add(hint: String) async {
        if let root { await root.add(hint: hint) } else { hints.append(hint) }
    }

    /// Something that a later failure should be seen beside ("sent 12:00:41, confirmed by …").
    public func remark(_ text: String, at range: SourceRange) { lastRemark = .init(text, range) }

    func markSecret(_ name: String) { variables.markSecret(name) }
    func declare(input name: String) { variables.declare(input: name) }
    func begin(step title: String) { step = title }
    package var currentStep: String? { step }

    /// A limit as it counts in this run: `--time-scale` stretches it.
    nonisolated package func limit(_ limit: Duration) -> Duration { settings.scaled(limit) }

    // MARK: Statements

    /// - Parameter line: stops before the first statement of the script at or behind it, also inside blocks.
    /// - Throws: `Diagnostic` for the first failure, `ScriptEnd`.
    package func execute(_ script: CheckedScript, until line: Int? = nil) async throws {
        end = line.map { (script.source, $0) }
        included.merge(script.included) { $1 }
        for (number, statement) in script.statements.enumerated() {
            try await execute([statement])
            if StepPlace.isUnwatched { continue }
            recorded.add(
                statement, lines: script.lines(ofStatement: number), result: variables.value("last", in: nil))
        }
    }

    func execute(_ statements: [Statement]) async throws {
        for statement in statements {
            if let end, statement.range.source === end.source, statement.range.line >= end.line {
                throw ScriptEnd.stopped
            }
            if Task.isCancelled { throw diagnostic(Failure(.cancelled, "cancelled"), statement.range) }
            session = await currentSession()
            try await execute(statement)
        }
    }

    func perform(_ statement: Statement) async throws {
        switch statement {
        case .command(let prefixes, let invocation): try await execute(prefixes[...], invocation)
        case .conditional(let branches, _):
            for branch in branches {
                if let condition = branch.condition, try await !holds(condition) { continue }
                return try await execute(branch.body)
            }
        case .forEach(let loop, let range): try await execute(loop, range)
        case .repetition(let count, let body, let range):
            let text = try evaluate(count)
            guard let number = Int(text), RepetitionLimits.range.contains(number) else {
                throw diagnostic(RepetitionLimits.failure(text), range)
            }
            for _ in 0..<number { try await execute(body) }
        case .invalid(_, let range):
            // A checked script has none.
            throw diagnostic(Failure(.usage, "this line was found to be wrong"), range)
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
        case .deferred:
            let name = await currentSession()
            await deferAtEnd(
                Deferred(
                    prefixes: Array(rest), invocation: invocation, variables: variables, session: name,
                    step: step, included: included))
        case .inSession(let word):
            let name = try evaluate(word)
            do { try await host.requireSession(name) } catch { throw diagnostic(Failure(error), word.range) }
            try await SessionScope.$name.withValue(name) {
                session = name
                try await execute(rest, invocation)
            }
        case .background(let word): try await begin(word, rest, invocation)
        case .trying:
            do {
                try await executeCaught(rest, invocation)
                variables.set("error", Self.noError, in: nil)
            } catch let failure as Diagnostic where failure.isCatchable {
                remember(failure)
            }
        case .soft:
            do {
                try await executeCaught(rest, invocation)
            } catch let failure as Diagnostic where failure.isCatchable {
                await add(softFailure: failure)
                // A debugger has shown it when it stopped there.
                if !failure.wasLookedAt { await emit(.failure(failure)) }
            }
        case .fails(let wanted): try await executeFailing(rest, invocation, wanted)
        }
    }

    /// - Parameter wanted: what `fails CODE:` waits for.
    func executeCaught(
        _ prefixes: ArraySlice<Prefix>, _ invocation: Invocation, wanted: FailureCode? = nil
    ) async throws {
        try await StepPlace.$caught.withValue(StepPlace.caught.inside(wanted)) {
            try await execute(prefixes, invocation)
        }
    }

    private func executeFailing(
        _ prefixes: ArraySlice<Prefix>, _ invocation: Invocation, _ wanted: FailureCode?
    ) async throws {
        do {
            try await executeCaught(prefixes, invocation, wanted: wanted)
        } catch let failure as Diagnostic where failure.isCatchable || failure.code == wanted {
            if failure.code == .cancelled { throw failure }
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

    static let noError = EventValue.record(["code": .text(""), "message": .text("")])

    func remember(_ failure: Diagnostic) {
        variables.set(
            "error", .record(["code": .text(failure.code.name), "message": .text(failure.message)]), in: nil)
    }
}

extension Diagnostic {
    /// What `try`, `soft`, `fails` and `if ok` may catch: neither an interruption nor a mistake in the script.
    var isCatchable: Bool { code != .cancelled && code != .usage }
}
