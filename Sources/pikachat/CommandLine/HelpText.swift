import Vocabulary
import AgentCore
import Scripting

/// Help pages, laid out from specs.
enum HelpText {
    static func page(_ spec: CommandSpec) -> String {
        var text =
            "pikachat \(spec.name) – \(spec.summary)\n\nusage: pikachat \(spec.name)\(spec.usage.isEmpty ? "" : " \(spec.usage)")\n"
        if !spec.options.isEmpty { text += "\noptions:\n" + list(spec.options) }
        text += "\nglobal options:\n" + list(Arguments.global)
        if !spec.details.isEmpty { text += "\n" + spec.details + "\n" }
        return text
    }

    static func overview(_ specs: [CommandSpec]) -> String {
        """
        pikachat – runs AI agents on remote machines and talks to them, end-to-end encrypted (Marmot: MLS over Nostr)

        usage: pikachat COMMAND [options]

        commands:
        \(TextTable.rows(specs.map { ($0.name, $0.summary) }))
        options:
        \(list(Arguments.global))
        Default relays: \(RelayDefaults.texts.joined(separator: ", ")). An explicit --relay wins.
        `pikachat COMMAND --help` explains a command; `pikachat shell --mock` is a safe place to try things.

        """
    }

    static func list(_ options: [OptionSpec]) -> String {
        TextTable.rows(
            options.map { option in
                (
                    option.names.joined(separator: ", ") + (option.placeholder.map { " \($0)" } ?? ""),
                    option.help
                )
            })
    }

}
