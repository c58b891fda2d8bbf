import Scripting
import Vocabulary

/// `open token=…`, the token also from `OPEN_TOKEN`; tells what it was given.
struct SecretiveCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("open", "needs a secret")
        description.parameters = [
            Parameter(
                "token", .text, "the secret", aliases: ["key"], environment: "OPEN_TOKEN", secret: true)
        ]
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        await script.emit(.result("opened with \(call.values.text("token") ?? "nothing")"))
        return [:]
    }
}
