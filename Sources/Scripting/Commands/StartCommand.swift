import Vocabulary

/// `start NAME COMMAND…`
struct StartCommand: Command {
    private static let usage = "start is written: start NAME COMMAND…, or start NAME command=$INPUT"

    var description: CommandDescription {
        var description = CommandDescription(
            "start", "starts a program that runs in the background until the script ends")
        description.words = .code(leadingWords: 1)
        description.parameters =
            ProgramCode.parameters + [
                Parameter("log", .text, "a file that keeps its output; otherwise it goes with the run")
            ]
        description.repetition = .never
        description.naming = Naming("job", creates: true)
        description.results = [("name", "of the job")]
        description.examples = [
            "start tunnel ssh -N -L 8080:127.0.0.1:8080 build-host", "start tunnel command=$TUNNEL_CMD",
        ]
        return description
    }

    func problem(in call: WrittenCall) -> WordProblem? {
        if let name = call.words.first?.literal, !Self.isName(name) {
            return WordProblem("the name of a job has letters, digits, - and _ only", at: call.words.first)
        }
        guard !call.words.isEmpty else { return WordProblem(Self.usage) }
        return ProgramCode.problem(in: call, Self.usage, leadingWords: 1)
    }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 64
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        guard let name = call.words.first, Self.isName(name) else {
            throw Failure(.usage, "the name of a job has letters, digits, - and _ only")
        }
        let (code, environment) = try await ProgramCode.make(call, leadingWords: 1, in: script)
        try await script.jobs.start(name, code, environment: environment, log: call.values.text("log"))
        await script.emit(.jobStarted(name: name))
        Task {
            guard let status = await script.jobs.end(of: name) else { return }
            script.host.log.trace.add(.jobs, "✗ \(name) ended with status \(status)")
            await script.emit(.jobExited(name: name, status: Int(status)))
        }
        return ["name": .text(name)]
    }
}
