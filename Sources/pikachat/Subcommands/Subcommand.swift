import AgentCommands
import AgentCore
import Foundation
import PikaShell
import Providers
import Scripting
import Vocabulary

/// What every subcommand gets.
struct CommandContext: Sendable {
    let configuration: Configuration
    let log: EventLog
    let terminal: Terminal
    let interrupts: Interrupts
    let http: any HTTPClient
    let providers: [ProviderDescription]

    /// Everything that is emitted is shown from now on, in the form that was asked for.
    init(
        _ configuration: Configuration, style: TextRenderer.Style, masking: Masking, terminal: Terminal,
        interrupts: Interrupts
    ) {
        self.configuration = configuration
        self.terminal = terminal
        self.interrupts = interrupts
        log = EventLog(masking: masking)
        http = CurlHTTPClient(authorityFile: configuration.authorityFile)
        providers = ProviderCatalogue.all(http: http)
        log.settle(by: { await terminal.hasRoom() }, shown: { await terminal.hasShownAll() })
        if configuration.isJSON {
            let renderer = JSONRenderer(terminal: terminal)
            log.listen { renderer.render($0) }
        } else {
            let log = log
            log.shownLevel = configuration.level
            let renderer = TextRenderer(style: style, level: log.shownLevel, terminal: terminal)
            log.listen { renderer.render($0) }
        }
    }

    var catalogue: CommandCatalogue { .agents(providers) }

    /// One result: a line for people, an object for programs.
    func result(_ name: String, _ fields: [String: EventValue], _ text: String, isBlock: Bool = false) {
        log.emit(LogEvent(name, fields, text, role: .answer, isBlock: isBlock))
    }

    /// A plain word to the person at the terminal.
    func notice(_ text: String) { log.emit(.notice(text)) }

    /// The shell over a host.
    func shell(_ host: LiveHost, sets: [String: String] = [:]) throws -> Shell {
        let dotenv = try dotEnv()
        for values in [sets, dotenv] { log.masking.addCredentials(of: providers, in: values) }
        return Shell(
            catalogue: .agents(host.providers.descriptions), host: host, terminal: terminal,
            interrupts: interrupts,
            // The mock world's directory goes away, and its history with it.
            historyPath: host.isMock ? nil : host.workspace.directory.file("history"),
            inputs: Inputs(sets: sets, environment: configuration.environment, dotenv: dotenv))
    }

    /// The `.env` file of the working directory.
    func dotEnv() throws -> [String: String] { try DotEnv.load(".env") }

    /// Runs `body`.
    ///
    /// - Returns: also whether a signal came meanwhile.
    func countingInterrupts(_ body: () async throws -> Int32) async rethrows -> (
        status: Int32, isInterrupted: Bool
    ) {
        let before = interrupts.count
        let status = try await body()
        return (status, interrupts.count != before)
    }

    /// Opens the host, uses it, and closes it in any case.
    func withHost(
        isMock: Bool = false, allowsFaults: Bool = false, tellsHTTP: Bool = false,
        reel: CassetteReel? = nil, _ body: (LiveHost) async throws -> Int32
    ) async throws -> Int32 {
        let host = try await LiveHost.make(
            self, isMock: isMock, allowsFaults: allowsFaults, tellsHTTP: tellsHTTP, reel: reel)
        let status: Int32
        do {
            status = try await body(host)
        } catch {
            await host.close()
            throw error
        }
        await host.close()
        try await reel?.finish()
        return status
    }
}

/// One word after `pikachat`, or two.
protocol Subcommand: Sendable {
    var spec: CommandSpec { get }
    var style: TextRenderer.Style { get }
    /// The page that `--help` beside these arguments prints.
    func help(_ arguments: ParsedArguments) throws -> String
    /// - Returns: the exit status.
    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32
}

extension Subcommand {
    var style: TextRenderer.Style { .script }
    func help(_ arguments: ParsedArguments) throws -> String { HelpText.page(spec) }
}

extension CommandContext {
    /// All of standard input, as a script.
    func standardInput() throws -> Source {
        try Shell(catalogue: catalogue, host: BasicHost(log: log), terminal: terminal).standardInput()
    }

    /// The same with other settings.
    func with(_ configuration: Configuration) -> CommandContext {
        CommandContext(copying: self, configuration, other: log)
    }

    /// The same with other settings, and a log that nobody shows.
    func with(_ configuration: Configuration, log: EventLog) -> CommandContext {
        CommandContext(copying: self, configuration, other: log)
    }

    private init(copying other: CommandContext, _ configuration: Configuration, other log: EventLog) {
        self.configuration = configuration
        (self.log, terminal, interrupts) = (log, other.terminal, other.interrupts)
        (http, providers) = (other.http, other.providers)
    }
}
