import Foundation
import Synchronization

/// A program started with posix_spawn. (Foundation's Process now and then blocks the thread that starts it, and the few threads
/// of async tests with it.)
package final class Spawned: Sendable {
    package let processID: pid_t
    private let status = Mutex<Int32?>(nil)
    private let waiters = Mutex<[AsyncStream<Void>.Continuation]>([])

    /// - Parameters:
    ///   - arguments: the program's path, then its arguments.
    ///   - descriptors: what becomes the child's 0, 1 and 2; nil is /dev/null.
    package init(
        _ arguments: [String], environment: [String: String], directory: String? = nil,
        descriptors: (input: Int32?, output: Int32?, error: Int32?)
    ) throws {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for (target, source) in [descriptors.input, descriptors.output, descriptors.error].enumerated() {
            if let source {
                posix_spawn_file_actions_adddup2(&actions, source, Int32(target))
            } else {
                posix_spawn_file_actions_addopen(&actions, Int32(target), "/dev/null", O_RDWR, 0)
            }
        }
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        // The threads of async tests block most signals, and a child would inherit that.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        let words =
            directory.map { ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", $0] + arguments } ?? arguments
        var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var pid: pid_t = 0
        let result = posix_spawn(&pid, words[0], &actions, &attributes, &argv, &envp)
        guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: result) ?? .EIO) }
        processID = pid
        let thread = Thread { self.reap() }
        thread.start()
    }

    private func reap() {
        var raw: Int32 = 0
        while waitpid(processID, &raw, 0) < 0, errno == EINTR {}
        let signal = raw & 0x7f
        status.withLock { $0 = signal == 0 ? (raw >> 8) & 0xff : 128 + signal }
        for waiter in waiters.withLock({ $0 }) { waiter.finish() }
    }

    package func signal(_ number: Int32) {
        if status.withLock({ $0 == nil }) { kill(processID, number) }
    }

    /// The exit status, 128 + signal for a death by one. Ends early, with nil, when the task is cancelled.
    package func exitStatus() async -> Int32? {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        waiters.withLock { $0.append(continuation) }
        if status.withLock({ $0 != nil }) { continuation.finish() }
        for await _ in stream {}
        return status.withLock { $0 }
    }

    /// A pipe whose ends no other child inherits.
    package static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard Foundation.pipe(&ends) == 0 else { throw POSIXError(.EMFILE) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// Reads a descriptor to its end on a thread of its own, then closes it.
    package static func follow(
        _ descriptor: Int32, _ take: @escaping @Sendable (_ bytes: [UInt8], _ isEnd: Bool) -> Void
    ) {
        let thread = Thread {
            var buffer = [UInt8](repeating: 0, count: 16_384)
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                take(Array(buffer.prefix(count)), false)
            }
            close(descriptor)
            take([], true)
        }
        thread.start()
    }
}
