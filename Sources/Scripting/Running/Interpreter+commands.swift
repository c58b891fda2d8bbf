import Vocabulary

/// One command: its words evaluated, its result stored, its failure placed.
extension Interpreter {
    /// What every result tells beside the command's own fields.
    static let outcomeFields = ["ms", "tries", "code", "message"]

    /// Runs one command with its universal parameters. Its result is stored as `$last` and under the name given by `as=`, also when it
    /// failed: nothing stale stays readable.
    @discardableResult
    package func run(_ invocation: Invocation) async throws -> EventValue {
        let description = invocation.command.description
        running = (invocation.range, step)
        session = await currentSession()
        let (call, universal): (CommandCall, ParameterSet)
        do {
            (call, universal) = try await evaluate(invocation)
        } catch {
            throw located(error, invocation)
        }
        await emit(.command(description, call.logged, at: invocation.range))
        let attempts = Attempts(
            script: self, universal: universal,
            repetition: invocation.command.repetition(of: invocation.written),
            ignoresJobs: invocation.command.ignoresJobs(invocation.written))
        let outcome =
            description.runsCommands
            ? await attempts.run(invocation.command, call)
            : await WaitWatch(
                script: self, name: description.name,
                limit: call.within ?? call.timeout ?? description.usualLimit
            ).watching { await attempts.run(invocation.command, call) }
        var fields: [String: EventValue] = [:]
        let failure: Failure?
        switch outcome.result {
        case .success(let result): (fields, failure) = (result, nil)
        case .failure(let error as ScriptEnd): throw error
        case .failure(let error):
            let shown = shown(error)
            failure = shown
            fields = (error as? FailedCommand)?.result ?? [:]
            // What the command would have told is empty, not missing.
            for (name, _) in description.results where fields[name] == nil && name != "text" {
                fields[name] = EventValue.none
            }
            if fields["text"] == nil { fields["text"] = .text(shown.message) }
        }
        fields["ms"] = .number(outcome.elapsed.wholeMilliseconds)
        fields["tries"] = .number(outcome.tries)
        fields["code"] = .text(failure?.code.name ?? "")
        fields["message"] = .text(failure?.message ?? "")
        await emit(
            .commandDone(
                description.name, at: invocation.range, ms: outcome.elapsed.wholeMilliseconds,
                tries: outcome.tries, code: failure?.code.name ?? ""))
        let record = EventValue.record(fields)
        variables.set("last", record, in: nil)
        if let name = call.resultName { variables.set(name, record, in: nil) }
        guard case .failure(let error) = outcome.result else {
            if !description.isDeclaration { await noteRun() }
            return record
        }
        var located = located(error, invocation)
        // A mistake in what was asked for is found before anything is done.
        if located.code != .usage { await noteRun() }
        if let stepping, !StepPlace.isUnwatched, StepPlace.caught.holds(located), !located.wasLookedAt {
            located.wasLookedAt = try await stepping.saw(located, in: self)
        }
        throw located
    }

    /// A leak is reported even when somebody pressed Ctrl-C meanwhile.
    private func shown(_ error: any Error) -> Failure {
        let failure = Failure(error)
        guard Task.isCancelled, failure.code != .leak else { return failure }
        return Failure(.cancelled, "cancelled", hints: failure.hints)
    }

    private func located(_ error: any Error, _ invocation: Invocation) -> Diagnostic {
        if let diagnostic = error as? Diagnostic { return diagnostic }
        var diagnostic = diagnostic(shown(error), invocation.range)
        diagnostic.isNothingToDo = error is NothingToDo
        if invocation.command.description.showsLastRemark, let lastRemark {
            diagnostic.notes.insert(lastRemark, at: 0)
        }
        return diagnostic
    }

    private func evaluate(_ invocation: Invocation) async throws -> (CommandCall, ParameterSet) {
        for word in (invocation.keyed + invocation.universal).map(\.word) + invocation.arguments {
            guard try evaluate(word).contains("\0") else { continue }
            throw diagnostic(Failure(.usage, "\(word.source) contains a NUL character"), word.range)
        }
        let universal = try universalParameters(invocation, await limits[invocation.command.description.name])
        let first = try invocation.arguments.first { $0.key == nil }.map(evaluate)
        var (texts, repeated): ([String: String], [String: [String]]) = ([:], [:])
        for (parameter, word) in invocation.keyed {
            let text = try evaluate(word)
            if parameter.isSecret { host.log.masking.add(text) }
            texts[parameter.name] = text
            if parameter.isRepeatable { repeated[parameter.name, default: []].append(text) }
        }
        let call = CommandCall(
            values: try ParameterSet(
                invocation.command.parameters(firstWord: first), given: texts, environment: host.environment),
            words: try invocation.arguments.map(evaluate),
            rawWords: try invocation.arguments.map {
                .init(key: $0.key, text: try evaluate($0), isQuoted: $0.isQuoted, bare: $0.bare)
            },
            repeated: repeated, within: universal.duration("within").map(limit),
            timeout: universal.duration("timeout").map(limit),
            resultName: universal.text("as"), range: invocation.range, arguments: invocation.arguments)
        for text in SecretShapes.found(in: call.logged.joined(separator: "\n")) { host.log.masking.add(text) }
        return (call, universal)
    }

    /// An empty limit is not "no limit".
    ///
    /// - Parameter limit: where the line gives none; `within=` is that of a command which waits.
    private func universalParameters(_ invocation: Invocation, _ limit: Duration?) throws -> ParameterSet {
        var texts: [String: String] = [:]
        if let limit, invocation.universal("within") == nil, invocation.universal("timeout") == nil {
            let waits = invocation.command.repetition(of: invocation.written) == .waits
            texts[waits ? "within" : "timeout"] = "\(limit.wholeMilliseconds)ms"
        }
        for (parameter, word) in invocation.universal {
            let text = try evaluate(word)
            guard !text.allSatisfy(\.isWhitespace) else {
                throw diagnostic(
                    Failure(
                        .usage, "\(parameter.name)= is empty", hints: ["leave it out, or give it a value"]),
                    word.range)
            }
            if let problem = UniversalParameters.problem(
                try ParameterValue(text, for: parameter), of: parameter)
            {
                throw diagnostic(
                    Failure(.usage, problem, hints: ["leave it out, or give it a value"]), word.range)
            }
            texts[parameter.name] = text
        }
        return try ParameterSet(UniversalParameters.all, given: texts, environment: [:])
    }

    package func diagnostic(_ failure: Failure, _ range: SourceRange?) -> Diagnostic {
        var diagnostic = Diagnostic(failure.code, failure.message, range, notes: failure.hints, step: step)
        diagnostic.isAfterStart = hasRun
        diagnostic.isRetryable = failure.isRetryable
        return diagnostic
    }

    /// Runs another file here, as if its lines stood in this place.
    func source(_ path: String) async throws {
        guard sourceDepth < Self.maximumSourceDepth else {
            throw Failure(
                .usage, "\(path): files are read into each other more than \(Self.maximumSourceDepth) deep")
        }
        sourceDepth += 1
        defer { sourceDepth -= 1 }
        let source = try Source.load(path)
        let context = CheckContext.running(variables: variables.names)
        switch CheckedScript.make(source, catalogue: catalogue, context: context) {
        case .success(let script):
            included.merge(script.included) { $1 }
            try await execute(script.statements)
        case .failure(let problems):
            for problem in problems.problems.dropLast() { await emit(.failure(problem)) }
            if var last = problems.problems.last {
                last.isAfterStart = hasRun
                throw last
            }
        }
    }
}
