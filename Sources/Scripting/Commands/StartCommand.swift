import Vocabulary

/// `start NAME COMMAND…`
struct StartCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription(
            "start", "starts a program that runs in the background until the script ends")
        description.words = .raw("NAME COMMAND…")
        description.isRepeatable = false
        description.examples = ["start tunnel ssh -N -L 8080:127.0.0.1:8080 build-host"]
        return description
    }

    func problem(in words: [Word]) -> WordProblem? {
        guard words.count < 2 || words[0].key != nil else { return nil }
        return WordProblem("start is written: start NAME COMMAND…", at: words.first)
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        guard let name = call.rawWords.first?.text, call.rawWords.count >= 2, call.rawWords[0].key == nil
        else {
            throw Failure(.usage, "start is written: start NAME COMMAND…")
        }
        guard name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }) else {
            throw Failure(.usage, "a job's name may have letters, digits, - and _ only")
        }
        try await script.jobs.start(
            name, ShellText.join(call.rawWords.dropFirst()), environment: script.host.environment)
        await script.emit(.jobStarted(name: name))
        return ["name": .text(name)]
    }
}
