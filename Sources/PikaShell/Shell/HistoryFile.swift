import Foundation
import Scripting
import Vocabulary

/// The shell's history: a plain file of lines, mode 0600, appended per command. Lines that hold a secret stay out of it.
package struct HistoryFile: CommandHistory {
    /// Lines that are read back at the most.
    static let limit = 2000

    private let path: String
    private let masking: Masking

    package init(path: String, masking: Masking) { (self.path, self.masking) = (path, masking) }

    package func lines() -> [String] {
        guard let data = FileManager.default.contents(atPath: path) else { return [] }
        // A line typed before its secret was known is in the file all the same.
        return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).suffix(Self.limit)
            .map(String.init).filter { !masking.finds(in: $0) }
    }

    /// A history that cannot be written must not disturb the shell.
    func append(_ text: String) {
        guard !text.allSatisfy(\.isWhitespace), !masking.finds(in: text) else { return }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // A file of an earlier version, or a copy, may be readable by others.
        fchmod(descriptor, 0o600)
        let bytes = Array((text + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }
}
