import AgentCore
import Cryptography
import Foundation
import Marmot
import Messenger
import Nostr
import PikaShell
import Vocabulary

/// `pikachat daemon`: the messenger as a service, for bridges and plugins.
struct DaemonCommand: Subcommand {
    private static let lookback = "--giftwrap-lookback-sec"
    private static let allow = "--allow-pubkey"
    private static let accept = "--auto-accept-welcomes"
    private static let exec = "--exec"

    var spec: CommandSpec {
        var spec = CommandSpec(
            name: "daemon", summary: "the messenger as a service: commands and events as JSON lines",
            usage: "[options]")
        spec.options = [
            OptionSpec(
                Self.lookback, placeholder: "N",
                help: "how many seconds back Welcomes are looked for [default: 259200]"),
            OptionSpec(
                Self.allow, placeholder: "KEY",
                help:
                    "hexadecimal or npub: nobody else may invite this account or is heard; may be repeated [default: everybody]",
                isRepeatable: true),
            OptionSpec(Self.accept, help: "joins every group that it is invited to"),
            OptionSpec(
                Self.exec, placeholder: "COMMAND",
                help:
                    "runs this shell command in the place of standard input and output: it reads the daemon's lines, and what it prints are commands"
            ),
        ]
        spec.details = """
            Each line of input is an object with "cmd", each line of output one with "type"; docs/daemon.md lists them. The first line is
            {"type":"ready",...}. The same protocol is spoken at the socket daemon.sock in the state directory.
            The end of a pipe or a terminal ends the daemon, /dev/null does not. A program of --exec that ends is started again.
            SIGTERM, SIGINT and SIGHUP end it in order; a second one ends it at once. NOTIFY_SOCKET is told of readiness (sd_notify).
            """
        return spec
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        guard arguments.positionals.isEmpty else {
            throw Failure(
                .usage, "daemon takes no \(arguments.positionals[0].cut(to: 60))",
                hints: ["the command of \(Self.exec) is one word: \(Self.exec) 'python3 bridge.py'"])
        }
        let quiet = context.forProtocol()
        let (log, terminal) = (quiet.log, quiet.terminal)
        var settings = MessengerSettings()
        settings.allowed = try Self.allowed(arguments.all(Self.allow))
        settings.welcomeLookback = try Self.number(arguments.value(Self.lookback)) ?? settings.welcomeLookback
        let host = try await MessengerHost(quiet, settings: settings, waitsForLock: true)
        if settings.allowed == nil {
            log.emit(.warning("everybody may talk to this account: --allow-pubkey names those who may"))
        }
        let environment = context.configuration.environment
        var options = DaemonOptions()
        options.acceptsWelcomes = arguments.has(Self.accept)
        options.command = arguments.value(Self.exec)
        // The service manager waits for our word, and not for the child's.
        options.environment = environment.filter { $0.key != "NOTIFY_SOCKET" }
        options.endsWithInput = Self.isConversation(terminal.descriptors.input)
        options.socket = LocalSocket(
            stateDirectory: context.configuration.stateDirectory, environment: environment)
        options.notifier = ServiceNotifier(environment: environment)
        let daemon = Daemon(messenger: host.messenger, options: options, log: log)
        let signals = Task {
            daemon.end(.signal(await context.interrupts.next()))
            // A second one cannot wait.
            let number = await context.interrupts.next()
            guard !Task.isCancelled else { return }
            terminal.restore()
            exit(128 + number)
        }
        defer { signals.cancel() }
        let (input, output) = terminal.descriptors
        let end = try await daemon.run(
            standard: DescriptorStream(input: input, output: output, isClosing: false))
        switch end {
        case .shutdown, .endOfInput: return 0
        case .outputGone:
            log.emit(.failure(Failure(.require, "nobody reads the output any more")))
            return FailureCode.require.exitStatus
        case .signal(let number): return 128 + number
        }
    }

    /// - Throws: `Failure` (usage): a value that names nobody must not open the daemon to everybody.
    private static func allowed(_ texts: [String]) throws -> Set<XOnlyKey>? {
        guard !texts.isEmpty else { return nil }
        return Set(
            try texts.map { text in
                do {
                    return try KeyText.publicKey(text.filter { !$0.isWhitespace })
                } catch { throw Failure(.usage, "\(allow) \(text.cut(to: 80)): \(error)") }
            })
    }

    private static func number(_ text: String?) throws -> Int64? {
        guard let text else { return nil }
        guard let number = Int64(text), number >= 0 else {
            throw Failure(.usage, "\(lookback) \(text.cut(to: 20)) is not a number of seconds")
        }
        return number
    }

    /// Whether a pipe, a socket or a terminal is there: somebody who may go. /dev/null and files end at once, and mean that nobody commands.
    private static func isConversation(_ descriptor: Int32) -> Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        return isatty(descriptor) == 1 || [S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT)
    }
}
