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

    /// A journal that cannot be written must not stop the work it describes.
    package func write(_ record: EventRecord) {
        var fields = record.fields
        // What people say to each other is not for log files; how much they said is.
        switch record.event {
        case .sent(let text, _), .reply(let text, _, _): fields["text"] = .text("(\(text.count) characters)")
        case .result(let text), .echo(let text): fields["text"] = .text("(\(text.count) characters)")
        // An error frame quotes the script and the replies; its first line is what happened.
        case .failure(_, let message):
            fields["message"] = .text(
                message.split(separator: "\n").first.map { String($0.prefix { $0 != "\"" }) } ?? "")
        default: break
        }
        fields["event"] = .text(record.name)
        fields["time"] = .number(Int(record.time))
        let line = Array((EventValue.record(fields).json + "\n").utf8)
        _ = line.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
    }
}
