import AgentCore

/// Finds mistakes before anything runs: commands, keys, types, variables. No network, no files.
package struct Checker {
    private let catalogue: CommandCatalogue
    private var known: Set<String>
    private var problems: [Diagnostic] = []

    /// All problems of a script, in order of their place.
    ///
    /// - Parameter known: variables that exist before the script starts.
    package static func check(
        _ statements: [Statement], catalogue: CommandCatalogue, known: Set<String> = Variables.builtIn
    ) -> [Diagnostic] {
        var checker = Checker(catalogue: catalogue, known: known)
        checker.check(statements)
        return checker.problems
    }

    /// Names that exist once these statements have run.
    package static func definitions(in statements: [Statement], catalogue: CommandCatalogue) -> Set<String> {
        var checker = Checker(catalogue: catalogue, known: Variables.builtIn)
        checker.check(statements)
        return checker.known
    }

    private init(catalogue: CommandCatalogue, known: Set<String>) {
        self.catalogue = catalogue
        self.known = known
    }

    private mutating func check(_ statements: [Statement]) {
        for statement in statements {
            switch statement {
            case .command(let prefixes, let invocation):
                for prefix in prefixes {
                    switch prefix {
                    case .when(let condition), .unless(let condition): check(condition)
                    case .deferred, .trying, .soft, .fails: break
                    }
                }
                check(invocation)
            case .conditional(let branches, _):
                for branch in branches {
                    if let condition = branch.condition { check(condition) }
                    check(branch.body)
                }
            case .forEach(let variable, let values, let body, _):
                values.forEach { check($0) }
                known.insert(variable)
                check(body)
            case .repetition(let count, let body, _):
                check(count)
                check(body)
            }
        }
    }

    private mutating func check(_ condition: Condition) {
        switch condition {
        case .truth(let word): check(word)
        case .comparison(let left, let comparison, let right):
            check(left)
            check(right)
            if comparison == .matches, let pattern = right.literal,
                (try? Regex(PatternText.body(of: pattern))) == nil
            {
                report("\(pattern) is no valid regular expression", right.range)
            }
        case .succeeds(let invocation): check(invocation)
        case .not(let inner): check(inner)
        case .and(let a, let b), .or(let a, let b):
            check(a)
            check(b)
        }
    }

    private mutating func check(_ invocation: Invocation) {
        let bound: ArgumentBinder
        do {
            bound = try ArgumentBinder(invocation, in: catalogue)
        } catch {
            problems.append(error)
            return
        }
        invocation.words.forEach { check($0) }
        for (parameter, word) in bound.keyed + bound.universal {
            guard let text = word.literal else { continue }
            do {
                _ = try ParameterValue(text, for: parameter)
            } catch {
                report("\(error)", word.range)
            }
        }
        for parameter in bound.command.parameters(firstWord: bound.words.first?.literal)
        where parameter.isRequired && !bound.keyed.contains(where: { $0.parameter.name == parameter.name }) {
            report("\(parameter.name)= is missing: \(parameter.help)", invocation.range)
        }
        if let problem = (bound.command as? any WordChecking)?.problem(in: bound.words) {
            report(problem.message, problem.range ?? invocation.range, problem.notes)
        }
        define(bound, invocation)
    }

    /// Names that this invocation brings into being.
    private mutating func define(_ bound: ArgumentBinder, _ invocation: Invocation) {
        if let name = bound.universal.first(where: { $0.parameter.name == "as" })?.word.literal {
            known.insert(name)
        }
        if bound.command is any DefiningVariables {
            for word in bound.words { if let name = word.key ?? word.literal { known.insert(name) } }
        }
    }

    private mutating func check(_ word: Word) {
        for part in word.parts {
            guard case .variable(let path, let range) = part, let name = path.first, !known.contains(name)
            else { continue }
            let nearest =
                Suggestion.nearest(to: name, among: Array(known)).map { ["did you mean $\($0)?"] } ?? []
            let declare = name == name.uppercased() ? ["inputs are declared first: env \(name)=default"] : []
            report("$\(name) is not defined", range, nearest + declare)
        }
    }

    private mutating func report(_ message: String, _ range: SourceRange, _ notes: [String] = []) {
        problems.append(Diagnostic(code: .usage, message: message, range: range, notes: notes))
    }
}

/// A command that can judge its words before it runs.
protocol WordChecking: Command {
    func problem(in words: [Word]) -> Diagnostic?
}

/// A command whose words name new variables (`env`, `let`).
protocol DefiningVariables: Command {}
