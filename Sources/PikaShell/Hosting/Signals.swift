import Dispatch
import Foundation
import Synchronization

/// SIGINT, SIGTERM and SIGHUP as calls of whoever is in charge now; SIGPIPE is ignored, writes report it.
final class Signals: Sendable {
    typealias Handler = @Sendable (Int32) -> Void

    static let shared = Signals()

    private let handler = Mutex<Handler?>(nil)

    func install() {
        signal(SIGPIPE, SIG_IGN)
        let queue = DispatchQueue(label: "pikachat.signals")
        installQuit(on: queue)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            // The handler holds its source: it lives as long as the process.
            source.setEventHandler { [self] in withExtendedLifetime(source) { deliver(number) } }
            source.activate()
        }
    }

    /// SIGQUIT ends the process at once, as it always does, but gives the terminal back first.
    private func installQuit(on queue: DispatchQueue) {
        signal(SIGQUIT, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGQUIT, queue: queue)
        source.setEventHandler {
            withExtendedLifetime(source) {
                TerminalModes.restore()
                signal(SIGQUIT, SIG_DFL)
                kill(getpid(), SIGQUIT)
            }
        }
        source.activate()
    }

    /// Calls `action` for a signal that does not ask anybody to end, such as SIGWINCH.
    func observe(_ number: Int32, _ action: @escaping @Sendable () -> Void) {
        // SIGCONT goes on with a stopped process even so.
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(
            signal: number, queue: DispatchQueue(label: "pikachat.signal.\(number)"))
        source.setEventHandler { withExtendedLifetime(source, action) }
        source.activate()
    }

    /// Replaces the handler; nil lets signals end the process at once.
    func handle(_ new: Handler?) { handler.withLock { $0 = new } }

    /// The same as receiving the signal, for Ctrl-C in the line editor.
    func deliver(_ number: Int32) {
        if let handler = handler.withLock({ $0 }) { handler(number) } else { exit(128 + number) }
    }
}
