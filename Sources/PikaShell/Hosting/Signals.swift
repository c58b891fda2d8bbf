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
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            // The handler holds its source: it lives as long as the process.
            source.setEventHandler { [self] in withExtendedLifetime(source) { deliver(number) } }
            source.activate()
        }
    }

    /// Calls `action` whenever the terminal's window changes its size.
    func onResize(_ action: @escaping @Sendable () -> Void) {
        signal(SIGWINCH, SIG_IGN)
        let source = DispatchSource.makeSignalSource(
            signal: SIGWINCH, queue: DispatchQueue(label: "pikachat.window"))
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
