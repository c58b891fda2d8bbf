import Vocabulary

/// What a command is and takes: the source of help, checks, completion, hints and manual.
///
/// ```swift
/// var description = CommandDescription("deploy", "puts a version into production")
/// description.words = .list("VERSION", required: true)
/// description.parameters = [Parameter("region", .choice(["eu", "us"]), "where", default: "eu")]
/// description.usage  // "deploy VERSION [region=eu|us]"
/// ```
public struct CommandDescription: Sendable {
    /// The words of a command that are not `key=value`.
    public enum Words: Equatable, Sendable {
        /// It takes none.
        case none
        /// All words joined by one blank; the name is for help.
        case text(String, required: Bool)
        /// Separate words.
        case list(String, required: Bool)
        /// The command reads its words itself, `key=value` included (`env CPU=1`).
        case raw(String)
        /// Shell code, after the command's own words; the name is for help.
        case code(leadingWords: Int)

        var usage: String {
            switch self {
            case .none: ""
            case .text(let name, let isRequired), .list(let name, let isRequired):
                isRequired ? name : "[\(name)]"
            case .raw(let usage): usage
            case .code(let count): count == 0 ? "COMMAND…" : "NAME COMMAND…"
            }
        }
    }

    /// One word, or two (`group create`).
    public let name: String
    /// A line of help: what it does, in the third person, without a full stop.
    public let summary: String
    /// Other names that are documented.
    public var aliases: [String] = []
    /// What it takes beside `key=value`.
    public var words: Words = .none
    /// `NAME=VALUE` in upper case are words of its own.
    var takesInputs = false
    /// How many words there may be; nil is any number.
    public var maximumWords: Int?
    public var parameters: [Parameter] = []
    /// What the first word may be, for completion and help.
    public var choices: [String] = []
    /// Whether and when `within=` and `stable=` may run it again.
    public var repetition = Repetition.repeatable
    /// What must be there.
    public var requirements: Set<Requirement> = []
    /// What is there afterwards.
    public var provides: Set<Requirement> = []
    /// It only says what the script needs or means: nothing is done.
    public var isDeclaration = false
    /// Kinds of names that its first word may be, for completion; `fileKind` are scripts and folders.
    package var completes: [String] = []
    package static let fileKind = "file"
    /// It tells something, and changes nothing: a script that does again what was done needs it not.
    package var onlyLooks = false
    /// Other commands run while it does, and tell for themselves how far they are.
    var runsCommands = false
    /// A debugger stops in front of it.
    package internal(set) var isBreakpoint = false
    /// Afterwards the prompt shows the next step.
    public var suggestsNext = false
    /// Its words are what people say to each other: a journal keeps their length only.
    public var isConfidential = false
    /// When it fails, the frame also shows the line that made the last remark (`say`, for `expect`).
    public var showsLastRemark = false
    /// Variables that it sets beside its result, such as `group`. They exist from the start, empty, and belong to the session in use.
    public var variables: [String] = []
    /// What its first word names, if it is one of these.
    public var naming: Naming?
    /// Its result may have fields that `results` does not list.
    public var hasOpenResults = false
    /// What it starts, which stays until a command `closes` it: `agent`.
    public var opens: String?
    /// What it removes.
    public var closes: String?
    /// What it lets stay on purpose.
    public var keeps: String?
    /// What `expect` may wait for once it has run: `reply`.
    public var asksFor: String?
    /// The longest that it takes where no time is given; nil where that is no time worth counting.
    public var usualLimit: Duration?
    /// A job that dies does not end it: it must be finished.
    public var ignoresJobs = false
    /// Fields of its result with their meaning.
    public var results: [(name: String, meaning: String)] = []
    public var examples: [String] = []
    /// What the parameters alone do not say, a line each.
    public var details: [String] = []

    /// - Parameters:
    ///   - name: one word, or two; in lower case.
    ///   - summary: a line of help, such as "puts a version into production".
    public init(_ name: String, _ summary: String) {
        self.name = name
        self.summary = summary
    }

    /// `spawn PROVIDER [name=TEXT]…`
    public var usage: String {
        ([name, words.usage] + parameters.map { "[\($0.name)=\($0.placeholder)]" }).filter { !$0.isEmpty }
            .joined(separator: " ")
    }
}
