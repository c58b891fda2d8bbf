import Vocabulary

/// Finds mistakes before anything runs: types of values, variables, words that a command would refuse. No network, no files.
package struct Checker {
    private var known: Set<String>
    private var problems: [Diagnostic] = []

    /// All problems of a script in order of their place, and the variables that exist once it has run.
    ///
    /// - Parameter known: variables that exist before the script starts.
    package static func check(_ statements: [Statement], known: Set<String>) -> (
        problems: [Diagnostic], known: Set<String>
    ) {
        var checker = Checker(known: known)
        checker.check(statements)
        return (checker.problems, checker.known)
    }

    private init(known: Set<String>) { self.known = known }

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
            case .invalid(let names, _): known.formUnion(names)
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
                report("\(pattern) is not a valid regular expression", right.range)
            }
        case .succeeds(let invocation): check(invocation)
        case .not(let inner): check(inner)
        case .and(let a, let b), .or(let a, let b):
            check(a)
            check(b)
        }
    }

    private mutating func check(_ invocation: Invocation) {
        invocation.words.forEach { check($0) }
        for (parameter, word) in invocation.keyed + invocation.universal {
            guard let text = word.literal else { continue }
            do {
                _ = try ParameterValue(text, for: parameter)
            } catch {
                report("\(error)", word.range)
            }
        }
        let command = invocation.command
        for parameter in command.parameters(firstWord: invocation.arguments.first?.literal)
        where parameter.isRequired
            && !invocation.keyed.contains(where: { $0.parameter.name == parameter.name })
        {
            report("\(parameter.name)= is missing: \(parameter.help)", invocation.range)
        }
        if let problem = command.problem(in: invocation.arguments) {
            report(problem.message, problem.word?.range ?? invocation.range, problem.hints)
        }
        if let name = invocation.resultName { known.insert(name) }
        known.formUnion(command.definitions(in: invocation.arguments))
    }

    private mutating func check(_ word: Word) {
        for part in word.parts {
            guard case .variable(let path, let range) = part, let name = path.first, !known.contains(name)
            else { continue }
            let nearest =
                Suggestion.nearest(to: name, among: Array(known)).map { ["did you mean $\($0)?"] } ?? []
            let declare = name == name.uppercased() ? ["declare inputs first: env \(name)=default"] : []
            report("$\(name) is not defined", range, nearest + declare)
        }
    }

    private mutating func report(_ message: String, _ range: SourceRange, _ notes: [String] = []) {
        problems.append(Diagnostic(.usage, message, range, notes: notes))
    }
}
