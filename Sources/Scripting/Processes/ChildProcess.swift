import Foundation
import Synchronization
import Vocabulary

/// A program in its own process group: stdin closed, stdout and stderr in a log file. Nothing else is
/// inherited: every descriptor of this process is opened close-on-exec.
package final class ChildProcess: Sendable {
    package let processID: pid_t
    /// Holds what the program printed.
    package let logPath: String
    private let exitStatus = Mutex<Int32?>(nil)
    private let waiters = Mutex<[AsyncStream<Void>.Continuation]>([])
    private let groups: ProcessGroups
    private let log: MaskedLog?

    /// - Parameters:
    ///   - arguments: program (looked up on PATH) and its arguments.
    ///   - environment: the whole environment.
    ///   - logPath: created anew, mode 0600.
    ///   - groups: knows it as long as it runs.
    ///   - masking: what must not get into the log; nil lets the program write it directly.
    /// - Throws: `Failure` (require) for a program that cannot be started.
    package init(
        _ arguments: [String], environment: [String: String], directory: String?, logPath: String,
        groups: ProcessGroups, masking: Masking? = nil
    ) throws {
        self.logPath = logPath
        log = try masking.map { try MaskedLog(path: logPath, masking: $0) }
        self.groups = groups
        guard let named = arguments.first else { throw Failure(.usage, "no program is named") }
        // glibc's own way to change the directory in posix_spawn is not visible to Swift, so the shell does it.
        let arguments =
            directory.map { ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", $0] + arguments } ?? arguments
        let program = directory == nil ? named : "/bin/sh"
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        if let log {
            posix_spawn_file_actions_adddup2(&actions, log.input, 1)
        } else {
            posix_spawn_file_actions_addopen(
                &actions, 1, logPath, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o600)
        }
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
        posix_spawnattr_setpgroup(&attributes, 0)
        // We block and ignore signals for our own purposes; a child starts with the usual ones.
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var pid: pid_t = 0
        let result = posix_spawnp(&pid, program, &actions, &attributes, &argv, &envp)
        guard result == 0 else {
            log?.finish()
            throw Failure(.require, "cannot start \(named): \(String(cString: strerror(result)))")
        }
        processID = pid
        groups.insert(pid)
        // Waiting blocks: a thread per program, off the pool that async work runs on.
        let thread = Thread { self.awaitExit() }
        thread.start()
    }

    private func awaitExit() {
        var status: Int32 = 0
        while waitpid(processID, &status, 0) < 0, errno == EINTR {}
        groups.remove(processID)
        log?.finish()
        let signal = status & 0x7f
        exitStatus.withLock { $0 = signal == 0 ? (status >> 8) & 0xff : 128 + signal }
        for waiter in waiters.withLock({ list in
            defer { list = [] }; return list
        }) { waiter.finish() }
    }

    /// Nil while it runs; 128 + signal when one killed it.
    package var status: Int32? { exitStatus.withLock { $0 } }

    /// Returns when the program has ended.
    package func hasEnded() async {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        waiters.withLock { $0.append(continuation) }
        if status != nil { continuation.finish() }
        for await _ in stream {}
    }

    /// TERM to the whole group, KILL after `grace`. Also in a cancelled task: stopping is what cancellation asks for.
    package func stop(grace: Duration, clock: any Clock<Duration>) async {
        guard status == nil else { return }
        kill(-processID, SIGTERM)
        await Task {
            do {
                try await withDeadline(grace, clock: clock) { await self.hasEnded() }
            } catch {
                kill(-processID, SIGKILL)
                await hasEnded()
            }
        }.value
    }

    private static let tailBytes = 16 << 10

    /// The last lines it printed.
    package func logTail(lines: Int) -> [String] {
        guard let data = FileManager.default.contents(atPath: logPath) else { return [] }
        var bytes = data.suffix(Self.tailBytes)
        // A line that is cut at its beginning could hold half a secret.
        if bytes.count < data.count, let end = bytes.dropLast().firstIndex(of: 10) {
            bytes = bytes[(end + 1)...]
        }
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).suffix(lines).map(
            String.init)
    }
}
