import Foundation
import Synchronization

/// How a run learns that it should end. A program hands in the signals it gets, or calls `deliver` for reasons of its own; the shell
/// itself installs nothing.
///
/// ```swift
/// let interrupts = Interrupts()
/// let shell = Shell(catalogue: .general, host: host, terminal: terminal, interrupts: interrupts)
/// // from a signal source of the program: interrupts.deliver(SIGINT)
/// ```
public final class Interrupts: Sendable {
    typealias Handler = @Sendable (Int32) -> Void

    private let handler = Mutex<Handler?>(nil)
    private let delivered = Mutex(0)
    private let early = Mutex<[Int32]>([])
    private let whenIdle: (@Sendable (Int32) -> Void)?
    /// Ends the process at once, having told what is left behind; nil where only the run may be cut short.
    let forcedEnd: (@Sendable (_ status: Int32, _ leaving: [String]) -> Void)?

    /// - Parameters:
    ///   - whenIdle: called for a signal that comes while nothing runs.
    ///   - forcedEnd: called when a second signal comes while a run cleans up, with its status and the commands that remove by hand what
    ///     is left.
    public init(
        whenIdle: @escaping @Sendable (Int32) -> Void = { _ in },
        forcedEnd: (@Sendable (_ status: Int32, _ leaving: [String]) -> Void)? = nil
    ) {
        (self.whenIdle, self.forcedEnd) = (whenIdle, forcedEnd)
    }

    /// For a run that is about to begin: a signal that comes before anybody handles it waits for whoever does.
    init(waitingForRun forcedEnd: @escaping @Sendable (_ status: Int32, _ leaving: [String]) -> Void) {
        (whenIdle, self.forcedEnd) = (nil, forcedEnd)
    }

    /// A signal such as SIGINT: the first one ends what runs in order, with cleanup; a second one cuts the cleanup short.
    public func deliver(_ signal: Int32) {
        delivered.withLock { $0 += 1 }
        let handler = handler.withLock { handler in
            if handler == nil, whenIdle == nil { early.withLock { $0.append(signal) } }
            return handler
        }
        if let handler { handler(signal) } else { whenIdle?(signal) }
    }

    /// How many there were.
    package var count: Int { delivered.withLock { $0 } }

    /// Who gets them from now on; nil for nobody.
    func handle(_ new: Handler?) {
        let waiting = handler.withLock { handler -> [Int32] in
            handler = new
            guard new != nil else { return [] }
            return early.withLock { early in
                defer { early = [] }
                return early
            }
        }
        for signal in waiting { new?(signal) }
    }
}

extension Interrupts {
    /// Waits for the next signal, for a program that does nothing else; then signals are nobody's again.
    package func next() async -> Int32 {
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        handle { continuation.yield($0) }
        defer { handle(nil) }
        for await number in stream { return number }
        return 0
    }
}
