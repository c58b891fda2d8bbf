import Vocabulary

/// `sh COMMAND…`
struct ShCommand: Command {
    private static let usage = "sh is written: sh COMMAND…, or sh command=$INPUT"

    var description: CommandDescription {
        var description = CommandDescription("sh", "runs a command with /bin/sh and waits for it")
        description.words = .code(leadingWords: 0)
        description.parameters = ProgramCode.parameters
        description.repetition = .never
        description.results = [
            ("status", "exit status"), ("text", "what it printed on stdout"),
            ("stderr", "what it printed on stderr"), ("json", "stdout read as JSON"),
        ]
        description.details = [
            "Parameters stand before the command; as=NAME may also stand last. What variables hold is data: one word each.",
            "Everything that the command has started ends with it.",
        ]
        description.examples = [
            "sh as=system uname -a", "sh printf '%s\\n' $reply.text", "sh command=$CHECK_CMD",
        ]
        return description
    }

    func longestTime(_ call: WrittenCall) -> Duration? { nil }

    func problem(in call: WrittenCall) -> WordProblem? {
        ProgramCode.problem(in: call, Self.usage, leadingWords: 0)
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let (code, environment) = try await ProgramCode.make(call, leadingWords: 0, in: script)
        let (status, output, errors) = try await script.jobs.run(code, environment: environment)
        let text = output.withoutLastLineEnd
        let result: [String: EventValue] = [
            "status": .number(Int(status)), "text": .text(text), "stderr": .text(errors.withoutLastLineEnd),
            "json": JSONValueReader.read(text) ?? .none,
        ]
        guard status == 0 else {
            let tail = (errors.isEmpty ? output : errors).split(whereSeparator: \.isNewline).suffix(8)
            throw FailedCommand(
                Failure(
                    .protocolError, "the command ended with status \(status)", hints: tail.map(String.init)),
                result: result)
        }
        if !text.isEmpty { await script.emit(.result(text)) }
        return result
    }
}

extension String {
    /// Without the line end that nearly every program prints last.
    fileprivate var withoutLastLineEnd: String { hasSuffix("\n") ? String(dropLast()) : self }
}
