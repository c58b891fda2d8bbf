import Foundation
import PikaShell

@main
enum Main {
    static func main() async {
        let host = BasicHost(environment: ProcessInfo.processInfo.environment)
        let shell = Shell(catalogue: .general + [GreetCommand()], host: host, terminal: .standard)
        exit(await shell.run(arguments: CommandLine.arguments))
    }
}

/// `greet NAME`
struct GreetCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("greet", "says hello")
        description.words = .text("NAME", required: true)
        description.results = [("name", "who was greeted")]
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        await script.emit(.result("hello, \(call.text)"))
        return ["name": .text(call.text)]
    }
}
