import Foundation

/// The shell's history: a plain file of lines, mode 0600, appended per command.
struct History: Sendable {
    static let limit = 2000

    private let path: String

    init(path: String) { self.path = path }

    /// Oldest first.
    func load() -> [String] {
        guard let data = FileManager.default.contents(atPath: path) else { return [] }
        return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).suffix(Self.limit)
            .map(String.init)
    }

    /// A history that cannot be written must not disturb the shell.
    func append(_ line: String) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let bytes = Array((line + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }
}
