import Synchronization
import Vocabulary

/// What a job prints, line by line, in the trace: a secret is masked whole.
final class JobTrace: Sendable {
    /// Of one line; longer ones are told in parts.
    private static let lineLimit = 4 << 10

    private let name: String
    private let trace: TraceBook
    private let rest = Mutex<[UInt8]>([])

    init(_ name: String, _ trace: TraceBook) { (self.name, self.trace) = (name, trace) }

    func add(_ bytes: ArraySlice<UInt8>) {
        let lines = rest.withLock { rest -> [[UInt8]] in
            rest += bytes
            var lines = rest.split(separator: 0x0a, omittingEmptySubsequences: false).map { Array($0) }
            rest = lines.removeLast()
            if rest.count > Self.lineLimit {
                lines.append(rest)
                rest = []
            }
            return lines
        }
        for line in lines { trace.add(.jobs, "← \(name): \(String(decoding: line, as: UTF8.self))") }
    }
}
