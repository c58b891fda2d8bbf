import Vocabulary

/// `stop NAME`
struct StopCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("stop", "ends a program that was started")
        description.repetition = .instant
        description.words = .list("NAME", required: true)
        description.maximumWords = 1
        description.naming = Naming("job", creates: false, ends: true)
        description.results = [("status", "its exit status")]
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let status = try await script.jobs.stop(call.text)
        await script.emit(.jobExited(name: call.text, status: Int(status)))
        return ["status": .number(Int(status))]
    }
}
