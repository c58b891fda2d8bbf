import AgentCore

/// The `.pika` script that does what `agent new` would.
enum ScriptText {
    static func make(
        _ provider: ProviderDescription, _ given: [String: String], name: String?, relays: [String],
        isMock: Bool
    ) -> String {
        var options = given
        options["name"] = name
        let words = options.sorted { $0.key < $1.key }.map { "\($0.key)=\(ScriptWord.quoted($0.value))" }
        let spawn = (["spawn", provider.name] + words).joined(separator: " ")
        let keeps = ["yes", "true", "1", "on"].contains((given["keep"] ?? "").lowercased())
        // Only a microVM goes at the end; the others stay, as after `agent new`.
        let ending = provider.name == "microvm" && !keeps ? "defer teardown" : "keep"
        let run = (["pikachat run"] + (isMock ? ["--mock"] : []) + relays.map { "--relay \($0)" } + ["FILE"])
            .joined(separator: " ")
        return """
            #!/usr/bin/env -S pikachat run
            # What `pikachat agent new --provider \(provider.name)` does, step by step: \(run)
            \(spawn)
            \(ending)
            wait-keypackage within=2m
            group create
            say hello
            expect reply within=90s
            """
    }
}
