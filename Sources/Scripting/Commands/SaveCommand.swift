import Vocabulary

/// `save FILE`
struct SaveCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription(
            "save", "writes what was done here to a new script: the commands that succeeded")
        description.repetition = .instant
        description.onlyLooks = true
        description.words = .list("FILE", required: true)
        description.maximumWords = 1
        description.results = [("path", "the file"), ("count", "how many commands")]
        description.details = [
            "Commands that only look are left out. Ids become variables, secrets become inputs, and what was started is removed at the end.",
            "The script passes `pikachat check`; `history` lists the lines as they were typed.",
        ]
        description.examples = ["save first.pika"]
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let recording = await script.recorded
        guard !recording.isEmpty else {
            throw Failure(.usage, "nothing was done yet that a script could do again")
        }
        let text = recording.script(script.host.log.masking)
        // In its own place: files that it takes in are looked for beside it.
        if case .failure(let problems) = CheckedScript.make(
            Source(at: call.text, text: text), catalogue: script.catalogue)
        {
            throw Failure(
                .usage, "what was done here would be no script in \(call.text): \(problems.failure.message)",
                hints: [
                    "a file that it includes is looked for beside it: save it here, without a folder",
                    "`history` lists the lines as they were typed",
                ])
        }
        try NewFile.write(text, to: call.text)
        await script.emit(
            .result(
                "\(recording.count == 1 ? "1 command" : "\(recording.count) commands") saved to \(call.text)")
        )
        return ["path": .text(call.text), "count": .number(recording.count)]
    }
}
