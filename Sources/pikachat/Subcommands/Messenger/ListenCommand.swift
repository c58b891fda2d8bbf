import AgentCore
import Messenger
import Vocabulary

/// `pikachat listen`: what comes in, one object a line, until the time is over or a signal comes.
struct ListenCommand: Subcommand {
    private static let timeout = "--timeout"
    private static let lookback = "--lookback"
    /// Gift wraps are dated back by up to two days.
    private static let wrapLookback = 172_800

    var spec: CommandSpec {
        var spec = CommandSpec(
            name: "listen", summary: "prints invitations and messages as they come", usage: "[options]")
        spec.options =
            [
                OptionSpec(Self.timeout, placeholder: "N", help: "seconds; 0 is for ever [default: 60]"),
                OptionSpec(
                    Self.lookback, placeholder: "N",
                    help:
                        "how many seconds back invitations are looked for, at least two days [default: 86400]"
                ),
            ] + MessengerSubcommand.shared
        spec.details = """
            Messages that came while nobody listened come first, those that `send` has met included. Each is printed once. Through a daemon,
            which hears everything itself, only what comes from then on is printed.
            """
        return spec
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        guard arguments.positionals.isEmpty else {
            throw Failure(.usage, "listen takes no \(arguments.positionals[0].cut(to: 60))")
        }
        let seconds = try arguments.number(Self.timeout, in: 0...Int(Int32.max)) ?? 60
        let lookback = try arguments.number(Self.lookback, in: 0...Int(Int32.max)) ?? 86_400
        let limit: Duration? = seconds == 0 ? nil : .seconds(seconds)
        let quiet = context.forProtocol()
        let isForPeople =
            arguments.has(MessengerSubcommand.Option.human)
            || context.terminal.isInteractive && !context.configuration.isJSON
        let terminal = context.terminal
        let show: @Sendable (DaemonLine) async -> Void = { line in
            guard let value = Self.shown(line) else { return }
            if isForPeople { terminal.line(Self.text(value)) } else { terminal.report(value.json + "\n") }
            await terminal.hasRoom()
        }
        do {
            var settings = MessengerSettings()
            settings.welcomeLookback = Int64(max(lookback, Self.wrapLookback))
            let host: MessengerHost
            do {
                guard !arguments.has(MessengerSubcommand.Option.remote) else {
                    guard arguments.value(Self.lookback) == nil else {
                        throw Failure(.usage, "\(Self.lookback) has no effect through a daemon")
                    }
                    return try await listen(to: nil, limit, quiet, show)
                }
                host = try await MessengerHost(quiet, settings: settings)
            } catch let locked as StateDirectory.Locked {
                return try await listen(to: locked, limit, quiet, show)
            }
            await host.messenger.start { happening in
                if let line = DaemonLine(happening) { await show(line) }
                return .taken
            }
            let status = await wait(limit, quiet)
            await host.messenger.stop()
            return status
        } catch {
            let failure = Failure(error)
            quiet.log.emit(.failure(failure))
            return failure.code.exitStatus
        }
    }

    /// Until the time is over, or a signal comes.
    ///
    /// - Returns: the exit status.
    private func wait(_ limit: Duration?, _ context: CommandContext) async -> Int32 {
        guard let limit else { return 128 + (await context.interrupts.next()) }
        let number = try? await withDeadline(limit, clock: ContinuousClock()) {
            await context.interrupts.next()
        }
        return number.map { $0 == 0 ? 0 : 128 + $0 } ?? 0
    }

    /// Through a daemon.
    private func listen(
        to locked: StateDirectory.Locked?, _ limit: Duration?, _ context: CommandContext,
        _ show: @escaping @Sendable (DaemonLine) async -> Void
    ) async throws -> Int32 {
        let socket = MessengerRun(context: context).socket
        guard let daemon = try DaemonConnection(socket) else {
            throw locked.map { $0 as any Error }
                ?? Failure(.unreachable, "no daemon is listening at \(socket.path)")
        }
        let status = await withTaskGroup(of: Int32.self) { group in
            group.addTask {
                do {
                    try await daemon.lines { fields in
                        if case .text(let type)? = fields["type"] { await show(DaemonLine(type, fields)) }
                        return true
                    }
                } catch { return Failure(error).code.exitStatus }
                context.log.emit(.warning("the daemon has ended"))
                return 0
            }
            group.addTask { await wait(limit, context) }
            let first = await group.next() ?? 0
            group.cancelAll()
            await daemon.close()
            return first
        }
        return status
    }

    /// As the original prints it; nil for what it does not.
    private static func shown(_ line: DaemonLine) -> EventValue? {
        switch line.type {
        case "welcome_received":
            return EventValue.record(line.fields).without("welcome_event_id", "type").with(
                "type", .text("welcome"))
        case "message_received":
            return EventValue.record(line.fields).without("kind", "type").with("type", .text("message"))
                .with("media", line.fields["media"] ?? .list([]))
        default: return nil
        }
    }

    private static func text(_ value: EventValue) -> String {
        value["type"] == .text("welcome")
            ? "invited to \"\(value["group_name"])\" by \(value["from_pubkey"]): accept-welcome --wrapper-event-id \(value["wrapper_event_id"])"
            : "\(value["nostr_group_id"].description.prefix(8))  \(value["from_pubkey"].description.prefix(8))  \(value["content"])"
    }
}
