import Vocabulary

/// Where in a script a part of it begins.
struct PartState: Sendable {
    let included: [String: CheckedScript]
    let end: (source: Source, line: Int)?
    let step: String?
    let sourceDepth: Int
    let hasRun: Bool
}

/// Interpreters that run a part of a script: with variables of their own, and everything else in common.
extension Interpreter {
    /// For an included file, or for the body of a loop that runs beside others.
    func fork(variables: Variables) -> Interpreter {
        Interpreter(
            part: self, variables: variables,
            state: PartState(
                included: included, end: end, step: step, sourceDepth: sourceDepth, hasRun: hasRun))
    }

    /// What is kept once for the whole run is kept by its first interpreter.
    func deferAtEnd(_ command: Deferred) async {
        if let root { await root.deferAtEnd(command) } else { deferred.append(command) }
    }

    /// What runs at the end of the whole run, last first.
    var deferredAtEnd: [Deferred] {
        get async { if let root { await root.deferredAtEnd } else { deferred } }
    }

    /// Limits of commands whose lines give none, by name.
    var limits: [String: Duration] {
        get async { if let root { await root.limits } else { ownLimits } }
    }

    /// - Parameter limit: nil is the command's own again.
    func set(limit: Duration?, of command: String) async {
        if let root { await root.set(limit: limit, of: command) } else { ownLimits[command] = limit }
    }

    /// Where the next `expect` of a subject begins: a number of the trail, or of bytes.
    func cursor(of subject: String) async -> Int {
        if let root { return await root.cursor(of: subject) }
        return cursors[subject] ?? 0
    }

    func moveCursor(of subject: String, to number: Int) async {
        if let root { return await root.moveCursor(of: subject, to: number) }
        cursors[subject] = max(number, cursors[subject] ?? 0)
    }

    func add(softFailure failure: Diagnostic) async {
        if let root { await root.add(softFailure: failure) } else { softFailures.append(failure) }
    }

    /// What a part that ran leaves to the rest: the sessions' variables, and what a failure would be shown beside.
    func take(from part: Interpreter) async {
        variables.takeSessions(from: await part.variables)
        if let remark = await part.lastRemark { lastRemark = remark }
    }

    /// Something was done: what fails from now on is no mistake that was found in time.
    func noteRun() async {
        guard !hasRun else { return }
        hasRun = true
        await parent?.noteRun()
    }
}
