import Foundation

/// The keyboard as the editor's thread sees it: the only reader of stdin, which it polls together with a wake pipe.
struct TerminalInput {
    enum Event: Equatable {
        case character(Unicode.Scalar)
        case woken
        /// The terminal is gone.
        case end
    }

    private let wakePipe: WakePipe
    private let source: Int32
    private var typedAhead = TypedAhead()
    private var assembler = UTF8Assembler()
    private var hasEnded = false

    init(wakePipe: WakePipe, source: Int32) {
        self.wakePipe = wakePipe
        self.source = source
    }

    /// Keys wait that nobody has read yet.
    var hasTyped: Bool { typedAhead.first != nil || hasEnded }

    /// The next character of the edited line, one that was typed ahead first.
    mutating func next() -> Event {
        while true {
            if let byte = typedAhead.first {
                switch assembler.add(byte) {
                case .needsMore: typedAhead.removeFirst()
                case .character(let scalar):
                    typedAhead.removeFirst()
                    return .character(scalar)
                case .broken: return .character("\u{fffd}")
                }
                continue
            }
            if hasEnded { return .end }
            switch poll() {
            case .woken: return .woken
            case .readable(let bytes): typedAhead.append(bytes)
            }
        }
    }

    /// Waits for a key that acts at once; nil after `WakePipe.wake`.
    mutating func nextKey() -> TypedAhead.Key? {
        while true {
            if let key = typedAhead.nextKey() { return key }
            switch poll() {
            case .woken: return nil
            case .readable(let bytes): typedAhead.append(bytes)
            }
        }
    }

    private enum Polled {
        case woken
        /// Empty when the terminal is gone.
        case readable([UInt8])
    }

    private mutating func poll() -> Polled {
        while true {
            var polled = [
                // A terminal that is gone would be readable for ever.
                pollfd(fd: hasEnded ? -1 : source, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wakePipe.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            guard Foundation.poll(&polled, 2, -1) >= 0 else { continue }
            if polled[1].revents != 0 {
                wakePipe.drain()
                return .woken
            }
            guard polled[0].revents != 0 else { continue }
            var buffer = [UInt8](repeating: 0, count: 1024)
            let count = read(source, &buffer, buffer.count)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            if count <= 0 { hasEnded = true }
            return .readable(Array(buffer.prefix(max(0, count))))
        }
    }
}
