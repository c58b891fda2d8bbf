import Vocabulary

/// Somebody who looks over a run's shoulder: a debugger. Asked before each statement and after each failure.
package protocol Stepping: Sendable {
    /// - Returns: false leaves the statement out.
    /// - Throws: what ends the run.
    func isWanted(_ statement: Statement, in script: Interpreter) async throws -> Bool

    /// Runs a part of the script in such a way that it can be interrupted alone.
    func interruptible(_ work: @escaping @Sendable () async throws -> Void) async throws

    /// A command has failed, and the script catches that: `try`, `soft`, `fails`, `if ok`.
    ///
    /// - Returns: whether it has stopped there.
    func saw(_ failure: Diagnostic, in script: Interpreter) async throws -> Bool

    /// A statement has failed, and nothing in the script catches it.
    func decide(after failure: Diagnostic, _ statement: Statement, in script: Interpreter) async throws
        -> FailureDecision
}

/// What a run does once a failure was looked at.
package enum FailureDecision: Sendable {
    /// Runs the statement once more, or another one in its place.
    case again(Statement)
    /// Goes on behind it; the run has failed all the same.
    case goOn
    /// The whole run ends, whatever the script would catch.
    case end
    /// It is no failure to stop at: what a time limit or another part's failure has ended.
    case pass
}

/// Where a run is, for a debugger.
package enum StepPlace {
    /// How many blocks and files the statement is inside of.
    @TaskLocal package static var depth = 0
    /// What is caught here: by `try`, `soft`, `fails`, or a condition.
    @TaskLocal static var caught = CaughtFailures()
    /// What runs was typed at the debugger's prompt, or belongs to the cleanup: nothing stops there.
    @TaskLocal package static var isUnwatched = false
}

/// Which failures the script catches at a place.
struct CaughtFailures: Sendable {
    /// All that anything catches.
    private var isUsual = false
    /// What `fails CODE:` waits for, which may be a code that nothing else catches.
    private var codes: Set<FailureCode> = []

    /// Inside of one more prefix that catches failures.
    func inside(_ wanted: FailureCode?) -> CaughtFailures {
        var inside = self
        inside.isUsual = true
        if let wanted { inside.codes.insert(wanted) }
        return inside
    }

    func holds(_ failure: Diagnostic) -> Bool {
        isUsual && failure.isCatchable || codes.contains(failure.code)
    }
}

extension Interpreter {
    /// Runs one statement under the eyes of the debugger, if there is one.
    func execute(_ statement: Statement) async throws {
        guard let stepping, !StepPlace.isUnwatched else { return try await perform(statement) }
        guard try await stepping.isWanted(statement, in: self) else { return }
        var current = statement
        while true {
            let attempt = current
            do {
                return try await stepping.interruptible {
                    try await StepPlace.$depth.withValue(StepPlace.depth + 1) {
                        try await self.perform(attempt)
                    }
                }
            } catch var failure as Diagnostic
                where !failure.wasLookedAt && !StepPlace.caught.holds(failure)
            {
                switch try await stepping.decide(after: failure, current, in: self) {
                case .again(let other): current = other
                case .goOn:
                    failure.wasLookedAt = true
                    return await add(softFailure: failure)
                case .end: throw ScriptEnd.stopped
                case .pass: throw failure
                }
            }
        }
    }

    /// What was typed at the debugger's prompt, with the variables of this place.
    package func executeTyped(_ script: CheckedScript) async throws {
        let (place, title, wanted) = (running, step, end)
        defer { (running, step, end) = (place, title, wanted) }
        try await StepPlace.$isUnwatched.withValue(true) { try await execute(script) }
    }
}
