import Vocabulary
import AgentCore

/// Reads argv against a list of options. Values may follow (`--cpu 2`) or be joined (`--cpu=2`); `--` ends the options.
struct Arguments {
    /// Options every command takes.
    static let global = [
        OptionSpec(
            "--state-dir", placeholder: "DIR",
            help:
                "where identity, groups and the ledger are kept [default: $XDG_STATE_HOME/pikachat or ~/.local/state/pikachat]"
        ),
        OptionSpec(
            "--relay", placeholder: "URL",
            help: "message relay; may be repeated [default: \(RelayDefaults.texts.joined(separator: ", "))]",
            isRepeatable: true),
        OptionSpec(
            "--kp-relay", placeholder: "URL",
            help: "relay for key packages; may be repeated [default: the message relays]", isRepeatable: true),
        OptionSpec(
            "--ca-file", placeholder: "PEM",
            help: "certificate authorities trusted in addition to the system's"),
        OptionSpec("--json", help: "one JSON object per event on stdout"),
        OptionSpec(
            "--log-level", placeholder: "LEVEL", help: "error, warn, info, debug or trace [default: info]"),
        OptionSpec("--color", placeholder: "WHEN", help: "auto, always or never [default: auto]"),
        OptionSpec("--version", help: "prints the version"),
        OptionSpec("--help", "-h", help: "prints this help"),
    ]

    /// - Parameter stopAtPositional: leaves everything from the first plain word on unread (for subcommands).
    static func parse(
        _ arguments: ArraySlice<String>, options: [OptionSpec], stopAtPositional: Bool = false
    ) throws(Failure) -> ParsedArguments {
        var parsed = ParsedArguments()
        var rest = arguments
        while let argument = rest.popFirst() {
            if argument == "--" {
                parsed.positionals += rest
                break
            }
            guard argument.hasPrefix("-"), argument != "-" else {
                parsed.positionals.append(argument)
                if stopAtPositional {
                    parsed.positionals += rest
                    break
                }
                continue
            }
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let (name, joined) = (
                String(parts[0]), parts.count == 2 ? String(parts[1]) : nil
            )
            guard let option = options.first(where: { $0.names.contains(name) }) else {
                let nearest = Suggestion.nearest(to: name, among: options.flatMap(\.names))
                throw Failure(
                    .usage, "unknown option \(name)",
                    hints: nearest.map { ["did you mean \($0)?"] } ?? ["--help lists all options"])
            }
            guard option.placeholder != nil else {
                guard joined == nil else { throw Failure(.usage, "\(name) takes no value") }
                parsed.add(flag: option.names[0])
                continue
            }
            guard let value = joined ?? rest.popFirst() else {
                throw Failure(.usage, "\(name) needs a value: \(name) \(option.placeholder ?? "")")
            }
            guard option.isRepeatable || parsed.value(option.names[0]) == nil else {
                throw Failure(.usage, "\(name) is given twice")
            }
            parsed.add(option.names[0], value)
        }
        return parsed
    }
}
