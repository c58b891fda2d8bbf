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

    /// A journal that cannot be written must not stop the work it describes. What people say to each other is not for log files.
    package func write(_ record: EventRecord) {
        let line = Array((record.jsonWithoutConversation + "\n").utf8)
        _ = line.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
    }
}
