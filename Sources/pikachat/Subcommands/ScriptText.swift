import AgentCore
import Scripting
import Vocabulary

/// The `.pika` script that does what `agent new` would.
struct ScriptText {
    let provider: ProviderDescription
    /// Parameters that were given.
    let given: [String: String]
    let name: String?
    /// Whether the agent is removed at the end. One that stays because its provider's agents do is not kept: nobody asked for that.
    let removes: Bool

    /// From the start of the agent to a group with it: what `agent new` runs.
    var pipeline: String {
        var options = given
        options["name"] = name
        let words = options.sorted { $0.key < $1.key }.map { "\($0.key)=\(ScriptWord.quoted($0.value))" }
        return """
            \((["spawn", provider.name] + words).joined(separator: " "))
            wait-keypackage
            group create
            """
    }

    /// A script for people to go on from.
    func printed(relays: [String], isMock: Bool) -> String {
        let run = (["pikachat run"] + (isMock ? ["--mock"] : []) + relays.map { "--relay \($0)" } + ["FILE"])
            .joined(separator: " ")
        var lines = pipeline.split(separator: "\n").map(String.init)
        if removes { lines.insert("defer teardown", at: 1) }
        let end = removes ? "" : "\n# The agent goes on running at the end: `pikachat agent list` shows it."
        return """
            #!/usr/bin/env -S pikachat run
            # What `pikachat agent new --provider \(provider.name)` does, step by step: \(run)\(end)
            \(lines.joined(separator: "\n"))
            say hello
            expect reply within=90s
            """
    }
}
