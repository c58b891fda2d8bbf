import Vocabulary

/// Whether the condition of an `if` holds.
extension Interpreter {
    func holds(_ condition: Condition) async throws -> Bool {
        session = await currentSession()
        switch condition {
        case .truth(let word): return Truth.of(try value(word))
        case .comparison(let left, let comparison, let right):
            do {
                return try await Truth.holds(evaluate(left), comparison, evaluate(right))
            } catch let error where !(error is Diagnostic) {
                throw diagnostic(Failure(error), left.range.through(right.range))
            }
        case .match(let left, let right, let name):
            let groups: [String: EventValue]?
            do {
                groups = try await PatternMatch.groups(evaluate(left), evaluate(right))
            } catch let error where !(error is Diagnostic) {
                throw diagnostic(Failure(error), left.range.through(right.range))
            }
            let known = ["text"] + PatternMatch.names(in: right.literal ?? "")
            let none = Dictionary(known.map { ($0, EventValue.none) }) { first, _ in first }
            variables.set(try evaluate(name), .record(groups ?? none), in: nil)
            return groups != nil
        case .succeeds(let invocation):
            do {
                try await executeCaught([], invocation)
                variables.set("error", Self.noError, in: nil)
                return true
            } catch let failure as Diagnostic where failure.isCatchable {
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
}
