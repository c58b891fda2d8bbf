import Vocabulary

/// `background NAME: COMMAND`: with the variables and the session of this moment, beside what follows.
extension Interpreter {
    func begin(_ word: Word, _ prefixes: ArraySlice<Prefix>, _ invocation: Invocation) async throws {
        let name = try evaluate(word)
        let (part, session) = (fork(variables: variables), await currentSession())
        await noteRun()
        do {
            try await backgrounds.begin(name) {
                try await Branch.$label.withValue(Branch.label.map { "\($0).\(name)" } ?? name) {
                    try await SessionScope.$name.withValue(SessionScope.name ?? session) {
                        // What is around this line does not catch what fails later.
                        try await StepPlace.$caught.withValue(CaughtFailures()) {
                            try await part.execute(prefixes, invocation)
                        }
                        return await part.value(of: "last") ?? .none
                    }
                }
            }
        } catch { throw diagnostic(Failure(error), word.range) }
    }

    /// Ends what nobody has waited for; what failed meanwhile is told, and the run has failed.
    func endBackgrounds() async {
        let (failures, unfinished) = await backgrounds.end()
        for name in unfinished {
            await emit(
                .warning(
                    "background \(name) was still running at the end, and was ended: `wait \(name)` waits for it"
                ))
        }
        for case let failure as Diagnostic in failures where failure.code != .cancelled {
            softFailures.append(failure)
            await emit(.failure(failure))
        }
    }
}
