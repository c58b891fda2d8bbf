import Foundation
import Nostr
import Processes
import Vocabulary

/// The program of `--exec`: it gets the daemon's lines as its input, and what it prints are commands.
extension Daemon {
    /// Runs it again and again, until the daemon ends.
    func runBrain(_ command: String) async {
        let groups = ProcessGroups()
        let clock = messenger.environment.clock
        var pause = options.restartPause.lowerBound
        while !isEnding, !Task.isCancelled {
            let started = ContinuousClock.now
            do {
                let status = try await runOnce(command, groups)
                guard !isEnding, !Task.isCancelled else { return }
                log.emit(
                    .warning(
                        "the program of --exec ended with status \(status); it starts again in \(pause.inSeconds)"
                    ))
            } catch {
                guard !isEnding, !Task.isCancelled else { return }
                log.emit(.warning("\(error); next try in \(pause.inSeconds)"))
            }
            if ContinuousClock.now - started >= options.goodRun { pause = options.restartPause.lowerBound }
            await rest(for: pause, clock)
            pause = min(pause * 2, options.restartPause.upperBound)
        }
    }

    /// The end of the daemon does not wait for the next try.
    private func rest(for pause: Duration, _ clock: any Clock<Duration>) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await clock.sleep(for: pause) }
            group.addTask { await self.saidGoodbye() }
            await group.next()
            group.cancelAll()
        }
    }

    /// - Returns: its exit status.
    private func runOnce(_ command: String, _ groups: ProcessGroups) async throws -> Int32 {
        let toChild = try ChildProcess.pipe()
        let fromChild: (reading: Int32, writing: Int32)
        do { fromChild = try ChildProcess.pipe() } catch {
            for end in [toChild.reading, toChild.writing] { close(end) }
            throw error
        }
        let stream = DescriptorStream(input: fromChild.reading, output: toChild.writing, isClosing: true)
        let child: ChildProcess
        do {
            child = try await ChildProcess(
                ["/bin/sh", "-c", command], environment: options.environment,
                output: .passed(input: toChild.reading, output: fromChild.writing, error: 2), groups: groups)
        } catch {
            await stream.close()
            throw error
        }
        brainStarted()
        let (started, before) = (ContinuousClock.now, main.said)
        let (main, key) = (main, messenger.publicKey)
        let (closed, closing) = AsyncStream<Void>.makeStream()
        let writing = Task {
            // What it did not read waits for the next one.
            do { try await main.outbox.drain(to: stream, first: .ready(key)) } catch { closing.finish() }
            await stream.close()
        }
        let reading = Task { try? await main.read(stream) { await self.handle($0, for: main) } }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await child.hasEnded() }
            // It reads nothing any more: whoever is deaf is started again.
            group.addTask { for await _ in closed {} }
            group.addTask {
                await self.saidGoodbye()
                // Its input has ended, and it has its time to notice.
                guard !Task.isCancelled else { return }
                try? await withDeadline(self.options.childGrace, clock: self.messenger.environment.clock) {
                    await child.hasEnded()
                }
            }
            await group.next()
            group.cancelAll()
        }
        writing.cancel()
        await child.stop()
        await writing.value
        // Commands that it printed before its end still count.
        await reading.value
        let hadTime = ContinuousClock.now - started >= options.triedRun || main.said != before
        if !isEnding, hadTime, let message = main.outbox.died() {
            log.emit(
                .warning(
                    "message \(message.messageID.prefix(8)) has cost three programs, and is told to no other one"
                ))
            await settle(message)
        }
        return child.status ?? 0
    }
}
