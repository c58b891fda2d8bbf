import Vocabulary

/// Finds mistakes before anything runs: types of values, variables and their fields, steps out of order, names that nothing creates. No
/// network; of files, only those that `source` takes in.
struct Checker {
    let catalogue: CommandCatalogue
    let context: CheckContext
    var known: Knowledge
    var problems: [Diagnostic] = []
    /// Prefixes and blocks around the place that is checked under which a failure is wanted, or decided by a condition.
    private(set) var isTried = false
    private var isConditional = false
    /// Those that are being checked, the outermost first.
    var files: [String] = []
    /// Files that are included, by path: read once, here.
    var included: [String: CheckedScript] = [:]
    /// Every file that was read beside the script itself.
    var readFiles = Set<String>()
    /// How many more files may be read: files that include others several times add up fast.
    var filesLeft = Checker.maximumFiles
    static let maximumFiles = 2000
    /// Blocks and prefixes around what is checked.
    private var blockDepth = 0
    /// A program ran: what files there are, it may have changed.
    private(set) var mayHaveMadeFiles = false
    /// Looking for the nearest name costs much; a file full of mistakes needs it for the first ones only.
    private var suggestionsLeft = 20

    /// - Returns: all problems in order of their place, and what is known once the script has run.
    static func check(_ statements: [Statement], catalogue: CommandCatalogue, context: CheckContext) -> (
        problems: [Diagnostic], included: [String: CheckedScript],
        readFiles: Set<String>, after: CheckContext
    ) {
        var checker = Checker(catalogue: catalogue, context: context)
        if let source = statements.first?.range.source { checker.files = [source.name] }
        checker.check(statements)
        var after = context
        after.variables.formUnion(checker.known.visibleNames)
        after.provided = checker.known.provided
        after.names = checker.known.names
        return (checker.problems, checker.included, checker.readFiles, after)
    }

    private init(catalogue: CommandCatalogue, context: CheckContext) {
        self.catalogue = catalogue
        self.context = context
        known = Knowledge(context)
        for name in context.variables { known.define(name, nil) }
        definePredefined()
    }

    /// Variables that exist without being set.
    mutating func definePredefined() {
        for name in catalogue.variables { known.define(name, nil) }
        for name in ["mock", "ci", "tty"] { known.define(name, []) }
        known.define("error", ["code", "message"])
        for command in catalogue.commands.map(\.description) {
            for name in command.variables where !command.results.isEmpty {
                known.define(name, Set(command.results.map(\.name)))
            }
        }
    }

    // MARK: Statements

    mutating func check(_ statements: [Statement]) {
        for statement in statements { check(statement) }
    }

    private mutating func check(_ statement: Statement) {
        if case .command(let prefixes, let invocation) = statement, prefixes.isEmpty {
            return check(invocation)
        }
        blockDepth += 1
        defer { blockDepth -= 1 }
        switch statement {
        case .command(let prefixes, let invocation): check(prefixes[...], invocation)
        case .conditional(let branches, _):
            var ends: [Knowledge] = []
            for branch in branches {
                if let condition = branch.condition { check(condition) }
                ends.append(inside(conditional: true) { $0.check(branch.body) })
            }
            known.join(ends, always: branches.last.map { $0.condition == nil } ?? false)
        case .forEach(let loop, let range): check(loop, range)
        case .repetition(let count, let body, _):
            check(count)
            if let text = count.literal, Int(text).map({ !RepetitionLimits.range.contains($0) }) ?? true {
                report(.wrongValue, RepetitionLimits.failure(text).message, count.range)
            }
            let end = inside(conditional: false) { $0.check(body) }
            known.join([end], always: count.literal.flatMap(Int.init).map { $0 > 0 } ?? false)
        case .invalid(let names, _): for name in names { known.define(name, nil) }
        }
    }

    /// Checks a part that may or may not run.
    ///
    /// - Returns: what is known at its end; here nothing changes.
    mutating func inside(conditional: Bool, _ body: (inout Checker) -> Void) -> Knowledge {
        var part = self
        part.known = known.branch
        part.isConditional = isConditional || conditional
        body(&part)
        (problems, suggestionsLeft) = (part.problems, part.suggestionsLeft)
        (included, readFiles, filesLeft) = (part.included, part.readFiles, part.filesLeft)
        mayHaveMadeFiles = part.mayHaveMadeFiles
        return part.known
    }

    private mutating func check(_ prefixes: ArraySlice<Prefix>, _ invocation: Invocation) {
        guard let prefix = prefixes.first else { return check(invocation) }
        let rest = prefixes.dropFirst()
        switch prefix {
        case .when(let condition), .unless(let condition):
            check(condition)
            let end = inside(conditional: true) { $0.check(rest, invocation) }
            known.join([end], always: false)
        case .deferred:
            if rest.contains(where: { if case .background = $0 { true } else { false } }) {
                report(
                    .usage, "at the end nothing runs beside anything: defer runs the command itself",
                    invocation.range, ["leave out background"])
            } else if invocation.command is WaitCommand {
                report(
                    .usage, "what runs in the background is over when deferred commands run",
                    invocation.range,
                    ["wait for it before the end"])
            }
            // Its results are nobody's: it runs at the end.
            let end = inside(conditional: false) { $0.check(rest, invocation) }
            known.provided.formUnion(end.provided)
        case .inSession(let word):
            check(word)
            checkNaming(Naming("session", creates: false), word)
            check(rest, invocation)
        case .background(let word):
            check(word)
            checkNaming(Naming("background", creates: true), word)
            // Its variables are its own; the world is everybody's.
            let end = inside(conditional: false) { $0.check(rest, invocation) }
            known.takeWorld(from: end)
        case .trying, .soft, .fails:
            let before = isTried
            isTried = true
            check(rest, invocation)
            isTried = before
        }
    }

    // MARK: Conditions

    private mutating func check(_ condition: Condition) {
        switch condition {
        case .truth(let word): check(word)
        case .comparison(let left, let comparison, let right):
            check(left)
            check(right)
            if let text = left.bare, right.literal != nil {
                let problem = FixedTexts.problem(text, at: left)
                report(.usage, problem.message, left.range, problem.hints)
            }
            if comparison == .matches, let pattern = right.literal, PatternText.compile(pattern) == nil {
                report(.wrongValue, "\(pattern) is not a valid regular expression", right.range)
            }
        case .match(let left, let right, let name):
            check(left)
            check(right)
            if let pattern = right.literal, PatternText.compile(pattern) == nil {
                report(.wrongValue, "\(pattern) is not a valid regular expression", right.range)
            }
            guard let text = name.literal else { return report(.takenName, "as= takes a name", name.range) }
            checkName(text, name.range, "as=")
            known.define(text, nil)
        case .succeeds(let invocation):
            let before = isTried
            isTried = true
            check(invocation)
            isTried = before
        case .not(let inner): check(inner)
        case .and(let a, let b), .or(let a, let b):
            check(a)
            check(b)
        }
    }

    // MARK: Commands

    private mutating func check(_ invocation: Invocation) {
        let (command, written) = (invocation.command, invocation.written)
        invocation.words.forEach { check($0) }
        checkValues(invocation)
        if let problem = command.problem(in: written) {
            report(.usage, problem.message, problem.word?.range ?? invocation.range, problem.hints)
        }
        if let word = command.script(in: written), let path = word.literal { checkFile(path, word) }
        let includedResults = command is IncludeCommand ? checkInclude(invocation) : nil
        if case .code = command.description.words { mayHaveMadeFiles = true }
        for (name, word) in command.references(in: written) where known.fields(of: name) == nil {
            reportUndefined(name, word.range)
        }
        let requirements = command.requirements(of: written)
        checkOrder(requirements, invocation)
        for (naming, word) in command.namings(of: written) { checkNaming(naming, word) }
        // What the other world lacks does not matter behind it.
        if command is OnlyCommand { isConditional = true }
        if command is TagCommand, blockDepth > 0 {
            report(
                .usage, "tag says something of the whole file: it stands outside of blocks, without a prefix",
                invocation.range)
        }
        known.provided.formUnion(command.description.provides)
        if let name = written.resultName {
            if let text = name.literal { checkName(text, name.range, "as=") }
            let fields = command.description.results.map(\.name) + Interpreter.outcomeFields + ["text"]
            let isOpen = command.hasOpenResults(written) && !(command is IncludeCommand)
            known.define(name.literal ?? "", isOpen ? nil : Set(fields).union(includedResults ?? []))
        }
        for name in command.definitions(in: written.words) {
            if command is EnvCommand, let first = known.declare(name, at: invocation.range) {
                report(
                    .doubleInput,
                    "\(name) is declared twice", invocation.range,
                    ["first in line \(first.line); one of the two would be ignored"])
            }
            if name == name.lowercased() { checkName(name, invocation.range, command.description.name) }
            known.define(name, nil)
        }
    }

    private mutating func checkValues(_ invocation: Invocation) {
        for (parameter, word) in invocation.keyed + invocation.universal {
            guard let text = word.literal else { continue }
            do {
                guard !text.allSatisfy(\.isWhitespace) else {
                    report(
                        .wrongValue, "\(parameter.name)= is empty", word.range,
                        ["leave it out, or give it a value"])
                    continue
                }
                let value = try ParameterValue(text, for: parameter)
                if invocation.universal.contains(where: { $0.word == word }),
                    let problem = UniversalParameters.problem(value, of: parameter)
                {
                    report(.wrongValue, problem, word.range, ["leave it out, or give it a value"])
                }
            } catch {
                report(.wrongValue, "\(error)", word.range)
            }
        }
        for parameter in invocation.command.parameters(firstWord: invocation.arguments.first?.literal)
        where parameter.isRequired
            && !invocation.keyed.contains(where: { $0.parameter.name == parameter.name })
        {
            report(.usage, "\(parameter.name)= is missing: \(parameter.help)", invocation.range)
        }
    }

    private mutating func checkOrder(_ requirements: Set<Requirement>, _ invocation: Invocation) {
        guard !isTried else { return }
        for requirement in requirements.sorted(by: { $0.name < $1.name }) {
            if requirement.isOfHost {
                guard let host = context.host, !host.contains(requirement), !isConditional else { continue }
                report(
                    .wrongOrder,
                    "\(invocation.command.description.name) needs \(requirement.missing)", invocation.range,
                    requirement.first.isEmpty ? [] : [requirement.first])
            } else if context.knowsPast, let missing = requirement.firstMissing(among: known.provided) {
                report(
                    .wrongOrder,
                    "`\(invocation.command.description.name)` needs \(missing.missing): run `\(missing.first)` first",
                    invocation.range)
                // Once is enough.
                known.provided.insert(missing)
                known.provided.insert(requirement)
            }
        }
    }

    // MARK: Words

    mutating func check(_ word: Word) {
        for part in word.parts {
            guard case .variable(let path, let range) = part, let name = path.first else { continue }
            guard let fields = known.fields(of: name) else {
                reportUndefined(name, range)
                continue
            }
            guard let fields, path.count > 1, !fields.contains(path[1]) else { continue }
            let advice =
                fields.isEmpty ? ["it has no fields"] : ["known: \(fields.sorted().joined(separator: ", "))"]
            let nearest = Suggestion.nearest(to: path[1], among: fields.sorted()).map {
                ["did you mean $\(name).\($0)?"]
            }
            report(.unknownField, "$\(name) has no field \(path[1])", range, (nearest ?? []) + advice)
        }
    }

    private mutating func reportUndefined(_ name: String, _ range: SourceRange) {
        if known.isUncertain(name) {
            return report(
                .undefinedVariable,
                "$\(name) is only defined on some ways to this line", range,
                ["set it before the condition or loop, too: let \(name.lowercased())=\"\""])
        }
        var notes: [String] = []
        if suggestionsLeft > 0 {
            suggestionsLeft -= 1
            notes +=
                Suggestion.nearest(to: name, among: known.visibleNames).map { ["did you mean $\($0)?"] } ?? []
        }
        if name == name.uppercased() { notes.append("declare inputs first: env \(name)=default") }
        report(.undefinedVariable, "$\(name) is not defined", range, notes)
    }

    mutating func report(
        _ rule: CheckRule, _ message: String, _ range: SourceRange, _ notes: [String] = []
    ) {
        var problem = Diagnostic(.usage, message, range, notes: notes)
        problem.rule = rule
        problems.append(problem)
    }
}
