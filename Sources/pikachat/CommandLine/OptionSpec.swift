import Vocabulary
import AgentCore

/// One option of the command line.
struct OptionSpec: Sendable {
    /// With dashes; the first is the name in results.
    let names: [String]
    /// Nil for a flag that takes no value.
    let placeholder: String?
    let help: String
    var isRepeatable = false

    init(_ names: String..., placeholder: String? = nil, help: String, isRepeatable: Bool = false) {
        self.names = names
        self.placeholder = placeholder
        self.help = help
        self.isRepeatable = isRepeatable
    }

    /// A command's parameter as a flag: `memory-mb` becomes `--memory-mb`.
    init(_ parameter: Parameter) {
        names = ["--\(parameter.name)"]
        placeholder = parameter.kind == .flag ? nil : parameter.placeholder
        var help = parameter.help
        if let environment = parameter.environment { help += " (or \(environment))" }
        if let text = parameter.defaultText, parameter.kind != .flag { help += " [default: \(text)]" }
        self.help = help
    }
}

/// A command of the command line: its options, its help.
struct CommandSpec: Sendable {
    let name: String
    var summary: String
    var usage = ""
    var options: [OptionSpec] = []
    var details = ""
}

/// What was given on the command line for one command.
struct ParsedArguments: Sendable {
    private(set) var values: [String: [String]] = [:]
    private(set) var flags = Set<String>()
    var positionals: [String] = []

    func value(_ name: String) -> String? { values[name]?.last }
    func all(_ name: String) -> [String] { values[name] ?? [] }
    func has(_ name: String) -> Bool { flags.contains(name) }

    mutating func add(_ name: String, _ value: String) { values[name, default: []].append(value) }
    mutating func add(flag: String) { flags.insert(flag) }
}
