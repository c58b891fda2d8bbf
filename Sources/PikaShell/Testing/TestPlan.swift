import Scripting
import Vocabulary

/// Which files run, with which values, in which order: decided before the first one starts.
package struct TestPlan: Sendable {
    /// In the order of the arguments.
    package let tests: [TestCase]
    /// Files with mistakes, by path; where there is one, nothing runs.
    package let problems: [(path: String, problems: [Diagnostic])]
    package let warnings: [Diagnostic]
    /// What was asked for and has no effect on some file.
    package let remarks: [String]

    /// Reads and checks all files.
    ///
    /// - Parameters:
    ///   - arguments: files and folders.
    ///   - inputs: what all files get, apart from the matrix.
    ///   - sets: names among the inputs that were given for these files, and must be declared by one of them.
    /// - Throws: `Failure` (usage) where no file is left, a name means nothing, a path cannot be read.
    package init(
        _ arguments: [String], options: TestOptions, catalogue: CommandCatalogue, context: CheckContext,
        inputs: Inputs, isMock: Bool
    ) throws {
        let paths = try ScriptFiles.find(arguments, withLibraries: false)
        var loaded: [CheckedScript] = []
        var problems: [(path: String, problems: [Diagnostic])] = []
        for path in paths {
            switch CheckedScript.make(try Source.load(path), catalogue: catalogue, context: context) {
            case .success(let script): loaded.append(script)
            case .failure(let found): problems.append((path, found.problems))
            }
        }
        // What only others take in is no test of its own, unless it is named itself.
        let takenIn = Set(loaded.flatMap(\.readFiles).map(ScriptFiles.standardized))
        let named = Set(arguments.map(ScriptFiles.standardized))
        loaded.removeAll { script in
            let path = ScriptFiles.standardized(script.source.name)
            return takenIn.contains(path) && !named.contains(path)
        }
        warnings = loaded.flatMap(\.warnings)
        let matrix = try options.matrix ?? Matrix()
        remarks = try Self.checkNames(matrix, inputs.sets.keys, loaded, hasProblems: !problems.isEmpty)
        let filter = try options.filter.map(Self.expression)
        var tests: [TestCase] = []
        for script in loaded where Self.isWanted(script.tags, options) {
            for values in matrix.combinations(of: script.inputNames) {
                let test = TestCase(
                    index: tests.count, script: script, values: values,
                    sets: inputs.sets.filter {
                        script.inputNames.contains($0.key) && !script.secretInputs.contains($0.key)
                    }, isLive: !isMock)
                guard try filter?(test.title) ?? true else { continue }
                if script.world?.reasonToSkip(isMock: isMock) == nil {
                    let wrong = CheckedScript.problems(
                        of: inputs.setting(values, among: script.inputNames), for: [script])
                    if !wrong.isEmpty { problems.append((test.title, wrong)) }
                }
                tests.append(test)
            }
        }
        guard !tests.isEmpty || !problems.isEmpty else {
            throw Failure(
                .usage, "no file is left to run",
                hints: [
                    paths.isEmpty
                        ? "name a file or a folder: pikachat test scripts/ci"
                        : "\(paths.count) found; --tag, --filter, --exclude or --last-failed left out all"
                ])
        }
        (self.tests, self.problems) = (tests, problems)
    }

    /// The same with some tests only; their places stay.
    package func keeping(_ isKept: (TestCase) -> Bool) throws(Failure) -> TestPlan {
        let kept = tests.filter(isKept)
        guard !kept.isEmpty || !problems.isEmpty else {
            throw Failure(
                .usage, "no file is left to run", hints: ["none of these files failed when it ran last"])
        }
        return TestPlan(tests: kept, problems: problems, warnings: warnings, remarks: remarks)
    }

    private init(
        tests: [TestCase], problems: [(path: String, problems: [Diagnostic])], warnings: [Diagnostic],
        remarks: [String]
    ) {
        (self.tests, self.problems, self.warnings, self.remarks) = (tests, problems, warnings, remarks)
    }

    /// The order in which they start.
    package func order(seed: UInt64?) -> [TestCase] {
        guard let seed else { return tests }
        var generator = SeededGenerator(seed: seed)
        return tests.shuffled(using: &generator)
    }

    private static func isWanted(_ tags: Set<String>, _ options: TestOptions) -> Bool {
        tags.isDisjoint(with: options.withoutTags)
            && (options.tags.isEmpty || !tags.isDisjoint(with: options.tags))
    }

    /// A name that no file declares is a mistake; that some do not is said.
    private static func checkNames(
        _ matrix: Matrix, _ sets: some Sequence<String>, _ scripts: [CheckedScript], hasProblems: Bool
    ) throws(Failure) -> [String] {
        var remarks: [String] = []
        for name in matrix.keys {
            guard let script = scripts.first(where: { $0.secretInputs.contains(name) }) else { continue }
            throw Failure(
                .usage,
                "--matrix \(name): it is a secret of \(script.source.name), and a matrix shows its values",
                hints: ["give it in the environment, or declare it without `secret`"])
        }
        for (option, name) in matrix.keys.map({ ("--matrix", $0) }) + sets.sorted().map({ ("--set", $0) }) {
            let without = scripts.filter { !$0.inputNames.contains(name) }
            guard !without.isEmpty else { continue }
            guard without.count < scripts.count || hasProblems else {
                let known = Set(scripts.flatMap(\.inputNames)).sorted()
                let nearest = Suggestion.nearest(to: name, among: known).map { "did you mean \($0)?" }
                throw Failure(
                    .usage, "\(option) \(name): no file declares such an input",
                    hints: [
                        nearest
                            ?? (known.isEmpty
                                ? "declare it in the script: env \(name)=default"
                                : "known: \(known.joined(separator: ", "))")
                    ])
            }
            let files = without.prefix(3).map(\.source.name).joined(separator: ", ")
            remarks.append(
                "\(option) \(name) has no effect on \(files)\(without.count > 3 ? " and \(without.count - 3) more" : ""): no such input is declared there"
            )
        }
        return remarks
    }

    private static func expression(_ text: String) throws(Failure) -> (String) throws -> Bool {
        guard let expression = PatternText.compile(text) else {
            throw Failure(.usage, "--filter \(text.cut(to: 80)) is not a valid regular expression")
        }
        return { title in
            expression.firstMatch(in: title, range: .init(title.startIndex..., in: title)) != nil
        }
    }
}

extension Inputs {
    /// The same with the values of a matrix, and without those that a script does not declare.
    package func setting(_ values: Matrix.Combination, among declared: Set<String>) -> Inputs {
        var inputs = self
        inputs.sets = sets.filter { declared.contains($0.key) }
        for setting in values { inputs.sets[setting.key] = setting.value }
        return inputs
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same seed gives the same order on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
