import AgentCore
import Cryptography
import Foundation
import PikaShell
import Providers
import Scripting
import Vocabulary

/// Wiring only: finds the subcommand, reads its arguments, runs it.
@main
enum Main {
    static let version = "pikachat 0.1.0"

    static func main() async {
        ProcessSignals.fillStandardDescriptors()
        OpenSSLLibrary.keepUntilProcessEnds()
        LoopbackProxy.bypass()
        let environment = ProcessInfo.processInfo.environment
        let arguments = CommandLine.arguments.dropFirst()
        let terminal = Terminal(
            input: STDIN_FILENO, output: STDOUT_FILENO, error: STDERR_FILENO, environment: environment,
            usesColor: ColorOption.choice(arguments, environment))
        let interrupts = Interrupts(
            whenIdle: { number in
                terminal.restore()
                exit(128 + number)
            },
            forcedEnd: { status, commands in
                terminal.lastWords(
                    ["", "interrupted again: cleanup was skipped"] + commands.map { "  \($0)" })
                _exit(status)
            })
        ProcessSignals.install(interrupts: interrupts, terminal: terminal)
        let status = await Program(terminal: terminal, interrupts: interrupts, environment: environment)
            .run(arguments)
        await terminal.drain()
        terminal.restore()
        guard status == 0, let failure = terminal.failure else { exit(status) }
        terminal.line("error: the output could not be written: \(failure)", to: .error)
        await terminal.drain()
        exit(FailureCode.require.exitStatus)
    }
}
