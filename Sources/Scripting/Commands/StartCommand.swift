import AgentCore

/// `start NAME COMMAND…`
struct StartCommand: Command, WordChecking {
    var description: CommandDescription {
        var description = CommandDescription("start", "starts a program that runs beside the script")
        description.words = .raw("NAME COMMAND…")
        description.isRepeatable = false
        description.examples = ["start tunnel ssh -N -L 8080:127.0.0.1:8080 build-host"]
        return description
    }

    func problem(in words: [Word]) -> Diagnostic? {
        guard words.count < 2 || words[0].key != nil else { return nil }
        return Diagnostic(
            code: .usage, message: "start is written: start NAME COMMAND…", range: words.first?.range)
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        guard let name = call.rawWords.first?.text, call.rawWords.count >= 2, call.rawWords[0].key == nil
        else {
            throw Failure(.usage, "start is written: start NAME COMMAND…")
        }
        guard name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }) else {
            throw Failure(.usage, "a job's name has letters, digits, - and _ only")
        }
        try await script.jobs.start(
            name, ShellText.join(call.rawWords.dropFirst()), environment: script.host.variables)
        script.host.log.emit(.jobStarted(name: name))
        return ["name": .text(name)]
    }
}

/// Words back to the text that /bin/sh reads, joined with one blank; `key=value` words keep their key.
enum ShellText {
    static func join(_ words: some Sequence<CommandCall.RawWord>) -> String {
        words.map { word in word.key.map { "\($0)=\(word.text)" } ?? word.text }.joined(separator: " ")
    }
}
