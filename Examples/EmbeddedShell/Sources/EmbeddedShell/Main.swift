import Foundation
import PikaShell

/// A file, `-c LINE`, standard input or a prompt: `EmbeddedShell [FILE…] [-c LINE]… [--set NAME=VALUE]… [--json]`
@main
enum Main {
    static func main() async {
        let environment = ProcessInfo.processInfo.environment
        let terminal = Terminal.standard
        let interrupts = Interrupts(
            whenIdle: { number in
                terminal.restore()
                exit(128 + number)
            },
            forcedEnd: { status, commands in
                terminal.lastWords(["interrupted again; left to do by hand:"] + commands)
                _exit(status)
            })
        // The shell touches no signals; without this line a signal does what it does in any program.
        if environment["WITHOUT_SIGNALS"] == nil {
            ProcessSignals.install(interrupts: interrupts, terminal: terminal)
        }
        let host = DeploymentHost(environment: environment)
        let shell = Shell(
            catalogue: .deployments(host.deployments), host: host, terminal: terminal, interrupts: interrupts,
            historyPath: environment["DEPLOY_HISTORY"])
        exit(await shell.run(arguments: CommandLine.arguments))
    }
}
