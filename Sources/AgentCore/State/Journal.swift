import Vocabulary
import Foundation
import Marmot

/// Every event as a JSON line in the state directory, for looking back at a run.
package final class Journal: Sendable {
    /// When the file is larger, it becomes `.old` and a new one starts.
    private static let limitBytes = 8 << 20

    private let descriptor: Int32

    package init(path: String) throws {
        var status = stat()
        if stat(path, &status) == 0, status.st_size > Self.limitBytes { rename(path, path + ".old") }
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw FileError(path, "cannot open it: \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    private static let beginning = "run.start"

    /// A run begins here. Milliseconds since 1970.
    func begin(at time: Int64) {
        write(EventRecord(time: time, event: LogEvent(Self.beginning, ["pid": .number(Int(getpid()))])))
    }

    /// What the journal has of each run, oldest first; the last one is the run that is under way.
    ///
    /// - Throws: `FileError`.
    static func runs(in path: String) throws -> [String] {
        var text = ""
        for path in [path + ".old", path] {
            text += String(decoding: try AtomicFile.read(path) ?? [], as: UTF8.self)
        }
        var runs: [[Substring]] = []
        for line in text.split(separator: "\n") {
            if line.contains("\"event\":\"\(beginning)\"") { runs.append([]) }
            // Lines of before there were beginnings belong to no run that could be told.
            if !runs.isEmpty { runs[runs.count - 1].append(line) }
        }
        return runs.map { $0.joined(separator: "\n") }
    }

    /// A journal that cannot be written must not stop the work it describes. What people say to each other is not for log files.
    package func write(_ record: EventRecord) {
        // Of a moment only.
        guard record.event.role != .status else { return }
        let line = Array((record.jsonWithoutConversation + "\n").utf8)
        _ = line.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
    }
}
