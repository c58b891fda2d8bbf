import AgentCore
import Foundation
import Marmot
import Nostr
import Processes
import Vocabulary

/// The messenger as a service: clients send it commands and get told what happens (contracts/daemon-and-messenger.md). The main client is
/// the program of `--exec`, or else whoever holds standard input and output; any number of others come by the socket.
package actor Daemon {
    /// Why it ends.
    package enum End: Equatable, Sendable {
        /// A client asked for it.
        case shutdown
        /// The main client is gone: the end of its input.
        case endOfInput
        /// Nobody reads our output any more.
        case outputGone
        case signal(Int32)
    }

    let messenger: Messenger
    let options: DaemonOptions
    private let service: MessengerService
    let log: EventLog
    /// Its lines mark messages as passed on.
    let main: DaemonClient
    private var others: [ObjectIdentifier: DaemonClient] = [:]
    private let ended = AsyncStream<End>.makeStream()
    private(set) var isEnding = false
    /// Who waits for the main client to have had its time to read what waits at the end.
    private var waitingForGoodbye: [AsyncStream<Void>.Continuation] = []
    private var hasSaidGoodbye = false
    private var waitingForBrain: [AsyncStream<Void>.Continuation] = []
    /// Welcomes to be accepted, in order.
    private let welcomes = BoundedQueue<EventID>(limit: 1 << 20)
    private var hasBrain: Bool
    private let calls = CallRefusals()
    /// Lines that were no commands: they are told until there are too many.
    private var wrongLines = 0
    private static let toldWrongLines = 20

    package init(messenger: Messenger, options: DaemonOptions, log: EventLog) {
        (self.messenger, self.options, self.log) = (messenger, options, log)
        service = MessengerService(messenger)
        main =
            options.command == nil
            ? DaemonClient(name: "standard input") : DaemonClient(name: "child", expectsAnswers: true)
        hasBrain = options.command == nil
    }

    /// Works until a client, a signal or the end of the input ends it.
    ///
    /// - Parameter standard: standard input and output; not used with a child.
    /// - Throws: `FileError` for a socket that cannot be made.
    package func run(standard: any ByteStream) async throws -> End {
        let outbox = main.outbox
        log.settle(by: {}, shown: { await outbox.isOut() })
        let listener = try options.socket?.listen()
        let mainTask = Task {
            if let command = options.command { await runBrain(command) } else { await serve(standard) }
        }
        let socketTask = Task { if let listener { await accept(listener) } }
        let patience = Task { await loseHope() }
        let callTask = Task { await calls.refuse(by: messenger, log: log, ageLimit: options.callAgeSeconds) }
        let welcomeTask = Task { for await id in welcomes { await acceptByItself(id) } }
        await messenger.start { await self.tell($0) }
        options.notifier.tell("READY=1")
        var end = End.shutdown
        for await first in ended.stream {
            end = first
            break
        }
        isEnding = true
        options.notifier.tell("STOPPING=1")
        // What waits goes out; what comes in now is for the next run.
        outbox.finish()
        for other in others.values { other.outbox.finish() }
        welcomes.finish()
        await messenger.stop()
        try? await withDeadline(options.farewell, clock: messenger.environment.clock) {
            _ = await outbox.isOut()
        }
        hasSaidGoodbye = true
        for turn in waitingForGoodbye + waitingForBrain { turn.finish() }
        for task in [welcomeTask, socketTask, patience, callTask] { task.cancel() }
        // A child has its own time to end.
        if options.command == nil { mainTask.cancel() }
        await mainTask.value
        await socketTask.value
        options.socket?.remove()
        return end
    }

    /// Some messages want no answer: after a while they count as dealt with.
    private func loseHope() async {
        let clock = messenger.environment.clock
        while !Task.isCancelled {
            do { try await clock.sleep(for: options.answerLimit / 10) } catch { return }
            for line in main.outbox.giveUp(after: options.answerLimit) {
                log.emit(
                    .warning(
                        "message \(line.messageID.prefix(8)) has no answer, and is not waited for any longer")
                )
                await settle(line)
            }
        }
    }

    func settle(_ line: DaemonLine) async {
        guard let id = EventID(hex: line.messageID) else { return }
        await messenger.passedOn(id, in: line.nostrGroupID)
    }

    package nonisolated func end(_ reason: End) { ended.continuation.yield(reason) }

    // MARK: What happens

    private func tell(_ happening: Happening) async -> HeardOutcome {
        if case .message(let message) = happening, let signal = CallSignal(message.rumor.content) {
            // Apart: sending waits for what this is a part of.
            calls.note(signal, message)
        }
        guard var line = DaemonLine(happening) else { return .done }
        if case .message(let message) = happening { line = line.with(media: await media(of: message)) }
        let isTold = await broadcast(line)
        if case .invited(let invitation) = happening, options.acceptsWelcomes {
            await welcomes.put(invitation.wrapID, cost: EventID.lengthBytes)
        }
        guard isTold else { return .refused }
        // A child dies with us: what it was told is dealt with once it has answered.
        return options.command != nil && line.wantsAnswer ? .kept : .taken
    }

    /// The main client holds up whoever tells; the others lose the connection when they read too slowly.
    ///
    /// - Returns: false when the main client does not get it any more.
    @discardableResult
    private func broadcast(_ line: DaemonLine) async -> Bool {
        for (id, other) in others {
            guard other.outbox.waitingBytes < LineOutbox.limitBytes / 2 else {
                others[id] = nil
                other.outbox.lose()
                log.emit(.warning("\(other.name) does not read what it is told, and was cut off"))
                continue
            }
            await other.outbox.put(line)
        }
        return await main.outbox.put(line)
    }

    private func acceptByItself(_ id: EventID) async {
        // Without anybody to talk to, nobody is to think that we are there.
        while !hasBrain, !isEnding {
            let (turn, continuation) = AsyncStream<Void>.makeStream()
            waitingForBrain.append(continuation)
            for await _ in turn {}
            if Task.isCancelled { return }
        }
        await run(.acceptWelcome(id: id.hex), id: "auto-accept", for: main)
    }

    /// Returns at the end, once the main client has had its time to read what waits.
    func saidGoodbye() async {
        guard !hasSaidGoodbye else { return }
        let (turn, continuation) = AsyncStream<Void>.makeStream()
        waitingForGoodbye.append(continuation)
        for await _ in turn {}
    }

    /// A program to talk to runs, for the first time perhaps.
    func brainStarted() {
        hasBrain = true
        for turn in waitingForBrain { turn.finish() }
        waitingForBrain = []
    }

    // MARK: Commands

    func handle(_ request: Result<DaemonRequest, DaemonRequest.Refusal>, for client: DaemonClient) async {
        switch request {
        case .failure(let refusal):
            wrongLines += 1
            if wrongLines <= Self.toldWrongLines {
                let last =
                    wrongLines == Self.toldWrongLines ? " (further ones are answered, and not told here)" : ""
                log.emit(.warning("\(client.name): \(refusal.error)\(last)"))
            }
            await client.outbox.put(.error(refusal.id, refusal.error))
        case .success(let request):
            guard !isEnding else {
                let error = MessengerError(.shuttingDown, "the daemon is ending")
                await client.outbox.put(.error(request.id, error))
                return
            }
            if case .sendTyping = request.command {
                // Its answer may come after those of later commands.
                Task { await self.run(request, for: client) }
            } else {
                await run(request, for: client)
            }
        }
    }

    private func run(_ request: DaemonRequest, for client: DaemonClient) async {
        client.outbox.isAlive()
        // What it answers was told to it, and must not be told again once the answer is stored.
        var answered: String?
        if let said = await service.saying(request.command) {
            answered = client.outbox.answering(in: said.group, said.content, named: request.answers)
        }
        if case .acknowledge(let message) = request.command { await acknowledge(message, client) }
        let failure = await run(request.command, id: request.id, for: client, answering: answered)
        guard let answered else { return }
        // What no relay has confirmed is stored, and goes on being sent.
        if failure == nil || failure == .publishFailed {
            client.outbox.answered(answered)
        } else {
            client.outbox.isUnanswered(answered)
        }
    }

    private func acknowledge(_ message: String, _ client: DaemonClient) async {
        if let line = client.outbox.unanswered(message) { await settle(line) }
        client.outbox.answered(message)
    }

    /// - Returns: why it failed; nil where it did not.
    @discardableResult
    private func run(
        _ command: MessengerCommand, id: String?, for client: DaemonClient, answering message: String? = nil
    ) async -> MessengerError.Code? {
        do throws(MessengerError) {
            let outcome = try await service.run(command, answering: message)
            await client.outbox.put(.ok(id, outcome.result))
            for line in outcome.companions { await broadcast(line) }
            if command == .shutdown { end(.shutdown) }
            return nil
        } catch {
            await client.outbox.put(.error(id, error))
            return error.code
        }
    }

    // MARK: Clients

    /// Standard input and output.
    private func serve(_ stream: any ByteStream) async {
        await withTaskGroup(of: Void.self) { group in
            let main = main
            group.addTask {
                do {
                    try await main.outbox.drain(to: stream, first: .ready(self.messenger.publicKey))
                } catch {
                    main.outbox.lose()
                    self.end(.outputGone)
                }
            }
            do {
                try await main.read(stream) { await self.handle($0, for: main) }
            } catch { log.emit(.warning("standard input: \(error)")) }
            // /dev/null and files end at once, and mean that nobody commands.
            if options.endsWithInput { end(.endOfInput) }
        }
    }

    private func accept(_ listener: FileDescriptor) async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let number = Foundation.accept(listener.number, nil, nil)
                guard number >= 0 else {
                    switch errno {
                    case EAGAIN: do { try await listener.waitUntilReadable() } catch { return }
                    case EINTR, ECONNABORTED: continue
                    default:
                        // No descriptors: those who wait are served once there are some again.
                        do { try await messenger.environment.clock.sleep(for: .milliseconds(100)) } catch {
                            return
                        }
                    }
                    continue
                }
                let stream = SocketStream(accepted: number, patience: options.patience)
                guard others.count < options.clientLimit else {
                    log.emit(.warning("a client was turned away: there are \(others.count) already"))
                    group.addTask {
                        let error = MessengerError(.unsupported, "there are too many clients")
                        try? await stream.write(DaemonLine.error(nil, error).bytes)
                        await stream.close()
                    }
                    continue
                }
                let client = DaemonClient(name: "client \(number)")
                others[ObjectIdentifier(client)] = client
                group.addTask { await self.serve(client, stream) }
            }
            group.cancelAll()
        }
    }

    private func serve(_ client: DaemonClient, _ stream: any ByteStream) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // A client that has gone needs nothing any more.
                try? await client.outbox.drain(to: stream, first: .ready(self.messenger.publicKey))
                await stream.close()
            }
            try? await client.read(stream) { await self.handle($0, for: client) }
            client.outbox.finish()
        }
        others[ObjectIdentifier(client)] = nil
        await stream.close()
    }
}
