import Vocabulary

/// `include FILE NAME=VALUE… as=RESULT`
struct IncludeCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription(
            "include", "runs another file with inputs of its own, and takes its results")
        description.words = .list("FILE [NAME=VALUE]…", required: true)
        description.takesInputs = true
        description.repetition = .never
        description.hasOpenResults = true
        // Its commands notice for themselves.
        description.ignoresJobs = true
        description.details = [
            "FILE is looked for beside the file that the line stands in, and read before the script starts.",
            "It has variables of its own; sessions, jobs and what is deferred are the script's.",
            "NAME=VALUE gives values to its `env` lines. What it sets with let or as= is in the result: as=t, then $t.name.",
        ]
        description.examples = ["include lib/tunnel.pika URL=$SPAWNER_URL as=tunnel"]
        description.runsCommands = true
        description.completes = [CommandDescription.fileKind]
        return description
    }

    func problem(in call: WrittenCall) -> WordProblem? {
        let files = call.words.filter { $0.key == nil }
        guard files.count == 1, call.words.first?.key == nil, let file = files.first else {
            return WordProblem(
                "include takes one file, then NAME=VALUE", at: files.dropFirst().first ?? call.words.first)
        }
        if let twice = call.words.enumerated().first(where: { place, word in
            word.key != nil && call.words[..<place].contains { $0.key == word.key }
        })?.element {
            return WordProblem("\(twice.key ?? "")= is given twice", at: twice)
        }
        guard file.literal == nil else { return nil }
        return WordProblem(
            "the file of include is written out: it is read before the script starts", at: file,
            hints: ["source takes a variable"])
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        try await script.include(call)
    }
}
