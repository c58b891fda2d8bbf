import Dispatch
import Foundation
import PikaShell

/// The signals of this process: SIGINT, SIGTERM and SIGHUP interrupt what runs, SIGQUIT ends the process at once, changes of the terminal
/// are passed on, SIGPIPE is ignored (writes report it).
enum ProcessSignals {
    /// Call once, at the start.
    static func install(interrupts: Interrupts, terminal: Terminal) {
        signal(SIGPIPE, SIG_IGN)
        terminal.whenReaderIsGone { interrupts.deliver(SIGPIPE) }
        let queue = DispatchQueue(label: "pikachat.signals")
        // What was ignored before us, as by nohup, stays ignored.
        deliver([SIGINT, SIGTERM, SIGHUP].filter { !isIgnored($0) }, to: interrupts, on: queue)
        observe(SIGQUIT, on: queue) {
            // As it always does, but the terminal is given back first.
            terminal.restore()
            signal(SIGQUIT, SIG_DFL)
            kill(getpid(), SIGQUIT)
        }
        observe(SIGWINCH, on: queue) { terminal.noticed(.resized) }
        // SIGCONT continues a stopped process even though it is ignored.
        observe(SIGCONT, on: queue) { terminal.noticed(.resumed) }
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        let handler = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
        return handler == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Descriptors 0 to 2 that are closed lead to /dev/null: the next file that is opened would take their place.
    static func fillStandardDescriptors() {
        for number in Int32(0)...2 where fcntl(number, F_GETFD) == -1 { _ = open("/dev/null", O_RDWR) }
    }

    /// Through a pipe: a signal source hears nothing before it is set up, and a signal is told once.
    private static func deliver(_ numbers: [Int32], to interrupts: Interrupts, on queue: DispatchQueue) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else {
            for number in numbers { observe(number, on: queue) { interrupts.deliver(number) } }
            return
        }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        signalPipe = ends[1]
        let (readEnd, source) = (
            ends[0], DispatchSource.makeReadSource(fileDescriptor: ends[0], queue: queue)
        )
        source.setEventHandler {
            withExtendedLifetime(source) {
                var byte: UInt8 = 0
                while read(readEnd, &byte, 1) == 1 { interrupts.deliver(Int32(byte)) }
            }
        }
        source.activate()
        for number in numbers {
            signal(number) { number in
                var byte = UInt8(truncatingIfNeeded: number)
                let before = errno
                _ = write(signalPipe, &byte, 1)
                errno = before
            }
        }
    }

    private static func observe(
        _ number: Int32, on queue: DispatchQueue, _ action: @escaping @Sendable () -> Void
    ) {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
        // The handler holds its source: it lives as long as the process.
        source.setEventHandler { withExtendedLifetime(source, action) }
        source.activate()
    }
}

/// Where the handler of a signal writes its number; set once, before the handler is.
private nonisolated(unsafe) var signalPipe: Int32 = -1
