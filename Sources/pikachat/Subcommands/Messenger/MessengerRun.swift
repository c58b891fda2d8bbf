import AgentCore
import Messenger
import Nostr
import Vocabulary

/// How a one-shot command of the messenger reaches it: by the state directory, or through the daemon that uses that.
struct MessengerRun: Sendable {
    /// What must be known before the command runs.
    enum Preparation: Equatable, Sendable {
        /// What is stored is enough; no relay is asked.
        case stored
        /// The relays are connected to.
        case connected
        /// What relays have for us: Welcomes.
        case welcomes
        /// What was said in this group.
        case group(String)
    }

    /// How long relays may take to tell what they have.
    private static let limit: Duration = .seconds(10)

    let context: CommandContext

    /// - Parameter isRemote: only through a daemon.
    /// - Throws: `Failure`, `MessengerError`.
    func run(_ command: MessengerCommand, _ preparation: Preparation, isRemote: Bool) async throws
        -> EventValue?
    {
        if isRemote {
            guard let daemon = try DaemonConnection(socket) else {
                throw Failure(
                    .unreachable, "no daemon is listening at \(socket.path)",
                    hints: ["start one: pikachat daemon --state-dir \(context.configuration.stateDirectory)"])
            }
            return try await ask(daemon, command)
        }
        let host: MessengerHost
        do {
            host = try await MessengerHost(context)
        } catch let locked as StateDirectory.Locked {
            // Its own process is the one to ask.
            guard let daemon = try DaemonConnection(socket) else { throw locked }
            return try await ask(daemon, command)
        }
        return try await run(with: host) { messenger in
            try await prepare(messenger, preparation)
            return try await MessengerService(messenger).run(command).result
        } connecting: {
            preparation != .stored
        }
    }

    private func ask(_ daemon: DaemonConnection, _ command: MessengerCommand) async throws -> EventValue? {
        let configuration = context.configuration
        if configuration.explicitRelays != nil || configuration.explicitKeyPackageRelays != nil {
            context.log.emit(
                .notice("the daemon of this state directory has relays of its own, which are used"))
        }
        return try await daemon.run(command)
    }

    /// Where a daemon on the same state directory listens.
    var socket: LocalSocket {
        LocalSocket(
            stateDirectory: context.configuration.stateDirectory,
            environment: context.configuration.environment)
    }

    /// Runs `body`, then takes everything down, whatever came of it.
    func run<Value: Sendable>(
        with host: MessengerHost, _ body: (Messenger) async throws -> Value, connecting: () -> Bool = { true }
    ) async throws -> Value {
        // Messages that come in are kept for `listen`.
        if connecting() { await host.messenger.start(followsGroups: false) { _ in .refused } }
        do {
            let value = try await body(host.messenger)
            await host.messenger.stop()
            return value
        } catch {
            await host.messenger.stop()
            throw error
        }
    }

    private func prepare(_ messenger: Messenger, _ preparation: Preparation) async throws {
        switch preparation {
        case .stored, .connected: return
        case .welcomes:
            guard await !messenger.hasReadWelcomes(within: Self.limit) else { return }
            context.log.emit(
                .warning("no relay has told whether there are new Welcomes: this is what was known"))
        case .group(let id): try await messenger.catchUp(with: messenger.group(id))
        }
    }
}
