import Dispatch
import Foundation
import PikaShell

/// Signals are the program's business. This one hands them to the shell.
enum ProcessSignals {
    /// Call once, at the start.
    static func install(interrupts: Interrupts, terminal: Terminal) {
        // A reader that is gone is no reason to die before the cleanup.
        signal(SIGPIPE, SIG_IGN)
        let queue = DispatchQueue(label: "signals")
        for number in [SIGINT, SIGTERM, SIGHUP] {
            observe(number, on: queue) { interrupts.deliver(number) }
        }
        observe(SIGWINCH, on: queue) { terminal.noticed(.resized) }
        observe(SIGCONT, on: queue) { terminal.noticed(.resumed) }
    }

    private static func observe(
        _ number: Int32, on queue: DispatchQueue, _ action: @escaping @Sendable () -> Void
    ) {
        // A source sees a signal beside its usual effect, which is therefore switched off.
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
        // The handler holds its source, which lives as long as the process.
        source.setEventHandler { withExtendedLifetime(source, action) }
        source.activate()
    }
}
