import Vocabulary

/// One command: its description and what it does. A command is one file; everything that is shown, checked or completed about it
/// comes from here.
///
/// ```swift
/// struct DeployCommand: Command {
///     var description: CommandDescription {
///         var description = CommandDescription("deploy", "puts a version into production")
///         description.words = .list("VERSION", required: true)
///         description.parameters = [Parameter("region", .text, "where", default: "eu")]
///         description.results = [("version", "what is live now")]
///         return description
///     }
///
///     func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
///         guard call.words.count == 1 else { throw Failure(.usage, "deploy takes one version") }
///         await script.emit(.result("\(call.words[0]) is live in \(call.values.text("region") ?? "")"))
///         return ["version": .text(call.words[0])]
///     }
/// }
/// ```
public protocol Command: Sendable {
    /// What it is called and takes. Asked for often: it must be cheap, and always the same.
    var description: CommandDescription { get }

    /// Parameters that depend on the first word (`spawn microvm`); by default those of the description.
    func parameters(firstWord: String?) -> [Parameter]

    /// Every parameter that may be meant while the first word is not known yet (`spawn $PROVIDER`); nil means that it is not known.
    func possibleParameters(firstWord: String?) -> [Parameter]

    /// What must be there for these words; by default what the description says.
    func requirements(of call: WrittenCall) -> Set<Requirement>

    /// Whether these words may be run again; by default what the description says.
    func repetition(of call: WrittenCall) -> Repetition

    /// What it starts, which stays until another command removes it; by default what the description says.
    func opens(_ call: WrittenCall) -> String?

    /// The longest that it takes without a limit of its own (`within=`, `timeout=`); nil where it ends only when it likes. By default what the
    /// description says, or no time at all.
    func longestTime(_ call: WrittenCall) -> Duration?

    /// Whether its result may have fields that the description does not list; by default what the description says.
    func hasOpenResults(_ call: WrittenCall) -> Bool

    /// Whether a job that dies leaves it alone; by default what the description says.
    func ignoresJobs(_ call: WrittenCall) -> Bool

    /// Names that the command creates or needs, with the word that says so; a name with a variable in it is nil. By default what the
    /// description says of the first word.
    func namings(of call: WrittenCall) -> [(naming: Naming, word: Word)]

    /// What is wrong with the words, as far as that can be seen without running anything.
    func problem(in call: WrittenCall) -> WordProblem?

    /// Variables that the words bring into being (`let x=1`).
    func definitions(in words: [Word]) -> [String]

    /// The file whose commands run in this one's place (`source FILE`); check reads it, too.
    func script(in call: WrittenCall) -> Word?

    /// Variables that the words name without a dollar sign (`require TOKEN`).
    func references(in call: WrittenCall) -> [(name: String, word: Word)]

    /// What may stand as the next word; by default the description's choices for the first.
    func choices(after words: [String], in catalogue: CommandCatalogue) -> [String]

    /// Does it.
    ///
    /// - Returns: what `$last` and `as=NAME` offer.
    /// - Throws: `Failure` with a code and advice; any other error is reported as a protocol failure.
    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue]
}

extension Command {
    public func parameters(firstWord: String?) -> [Parameter] { description.parameters }
    public func possibleParameters(firstWord: String?) -> [Parameter] { parameters(firstWord: firstWord) }
    public func requirements(of call: WrittenCall) -> Set<Requirement> { description.requirements }
    public func repetition(of call: WrittenCall) -> Repetition { description.repetition }
    public func opens(_ call: WrittenCall) -> String? { description.opens }
    public func longestTime(_ call: WrittenCall) -> Duration? { description.usualLimit ?? .zero }
    public func hasOpenResults(_ call: WrittenCall) -> Bool { description.hasOpenResults }
    public func ignoresJobs(_ call: WrittenCall) -> Bool { description.ignoresJobs }
    public func namings(of call: WrittenCall) -> [(naming: Naming, word: Word)] {
        guard let naming = description.naming, let word = call.words.first else { return [] }
        return [(naming, word)]
    }
    public func problem(in call: WrittenCall) -> WordProblem? { nil }
    public func script(in call: WrittenCall) -> Word? { nil }
    public func references(in call: WrittenCall) -> [(name: String, word: Word)] { [] }
    public func definitions(in words: [Word]) -> [String] { [] }
    public func choices(after words: [String], in catalogue: CommandCatalogue) -> [String] {
        words.isEmpty ? description.choices : []
    }
}

/// A command's arguments as they are written, before anything runs.
public struct WrittenCall: Sendable {
    /// Those of the command, without its name.
    public let words: [Word]
    /// The command's own parameters by name.
    public let parameters: [String: Word]
    /// The word of `as=`.
    public let resultName: Word?
}

/// What is wrong with a command's words.
public struct WordProblem: Sendable {
    /// What is wrong: "deploy takes one version".
    public let message: String
    /// The word in question; nil means the whole line.
    public let word: Word?
    /// What to write instead, one piece of advice each.
    public let hints: [String]

    /// - Parameters:
    ///   - word: the one that the caret points at; nil means the whole line.
    ///   - hints: one piece of advice each.
    public init(_ message: String, at word: Word? = nil, hints: [String] = []) {
        (self.message, self.word, self.hints) = (message, word, hints)
    }
}

/// Thrown by a command that finds its work done already: at the prompt that is `failure`, as a deferred command it is success.
public struct NothingToDo: FailureConvertible {
    /// What a person at the prompt is told.
    public let failure: Failure

    /// - Parameter failure: what a person at the prompt is told.
    public init(_ failure: Failure) { self.failure = failure }
}
