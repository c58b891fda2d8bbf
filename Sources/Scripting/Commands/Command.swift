import AgentCore

/// What a command is and takes: the source of help, checks, completion and manual.
package struct CommandDescription: Sendable {
    package enum Words: Equatable, Sendable {
        case none
        /// All words joined with one blank; the name is for help.
        case text(String, required: Bool)
        /// Separate words.
        case list(String, required: Bool)
        /// The command reads its words itself (`env CPU=1`).
        case raw(String)

        var usage: String {
            switch self {
            case .none: ""
            case .text(let name, let required), .list(let name, let required): required ? name : "[\(name)]"
            case .raw(let usage): usage
            }
        }
    }

    package let name: String
    package let summary: String
    package var words: Words = .none
    package var parameters: [Parameter] = []
    /// `within=` is the command's own limit, not a retry.
    package var ownsWithin = false
    /// Repeating it blindly could do it twice: `within=` is refused.
    package var isRepeatable = true
    /// Names of result fields with their meaning.
    package var results: [(name: String, meaning: String)] = []
    package var examples: [String] = []
    /// What the parameters alone do not say, a line each.
    package var details: [String] = []

    package init(_ name: String, _ summary: String) {
        self.name = name
        self.summary = summary
    }

    package var usage: String {
        ([name, words.usage] + parameters.map { "[\($0.name)=\($0.placeholder)]" }).filter { !$0.isEmpty }
            .joined(separator: " ")
    }
}

/// A command's arguments, evaluated.
package struct CommandCall: Sendable {
    /// A word for commands that read their words themselves.
    package struct RawWord: Sendable {
        package let key: String?
        package let text: String
        package let isQuoted: Bool
    }

    package let values: ParameterSet
    package let words: [String]
    package let rawWords: [RawWord]
    /// `within=`, for commands that own it.
    package let within: Duration?
    package let range: SourceRange

    package var text: String { words.joined(separator: " ") }
}

/// One command: its description and what it does.
package protocol Command: Sendable {
    var description: CommandDescription { get }
    /// Parameters that depend on the first words (`spawn microvm`); those of the description by default.
    func parameters(firstWord: String?) -> [Parameter]
    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue]
}

extension Command {
    package func parameters(firstWord: String?) -> [Parameter] { description.parameters }
}

/// Parameters that every command takes.
package enum UniversalParameters {
    package static let all = [
        Parameter("as", .text, "stores the result under this name"),
        Parameter("timeout", .duration(unit: .seconds, seconds: 0...86_400), "for one try"),
        Parameter(
            "within", .duration(unit: .seconds, seconds: 0...86_400),
            "retry until it succeeds, at most this long"),
        Parameter(
            "every", .duration(unit: .seconds, seconds: 0...3600), "pause between tries", default: "500ms"),
        Parameter("stable", .duration(unit: .seconds, seconds: 0...86_400), "must stay true this long"),
    ]
}
