import Dispatch
import Foundation
import PikaShell

/// The signals of this process: SIGINT, SIGTERM and SIGHUP interrupt what runs, SIGQUIT ends the process at once, changes of the terminal
/// are passed on, SIGPIPE is ignored (writes report it).
enum ProcessSignals {
    /// Call once, at the start.
    static func install(interrupts: Interrupts, terminal: Terminal) {
        signal(SIGPIPE, SIG_IGN)
        let queue = DispatchQueue(label: "pikachat.signals")
        for number in [SIGINT, SIGTERM, SIGHUP] {
            observe(number, on: queue) { interrupts.deliver(number) }
        }
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
