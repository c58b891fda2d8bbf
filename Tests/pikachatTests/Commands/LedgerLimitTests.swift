import Foundation
import TestSupport
import Testing

/// A disk that is full in the middle of a line of the ledger; a limit of the file's size has the same effect.
@Suite("A ledger without room")
struct LedgerLimitTests {
    private let state = TemporaryDirectory()
    /// What `ulimit -f 64` allows: blocks of 512 bytes.
    private static let limit = 64 * 512

    private func line(_ key: String, _ change: String, url: String) -> String {
        #"{"key":"\#(key)","change":"\#(change)","provider":"microvm","kind":"vm","id":"vm-1","url":"\#(url)","time":1}"#
            + "\n"
    }

    @Test("half a line is taken back: what is read afterwards is what was there before")
    func partOfLine() async throws {
        let path = state.file("ledger.ndjson")
        let first = line("m-aa", "created", url: "http://127.0.0.1:1")
        let missing = Self.limit - 50 - first.utf8.count - line("m-bb", "gone", url: "").utf8.count
        let text = first + line("m-bb", "gone", url: String(repeating: "x", count: missing))
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let result = try await Program.run(
            [
                "sh", "-c", "ulimit -f 64; exec \"$0\" agent keep vm-1 --state-dir \"$1\"", Pikachat.path,
                state.path,
            ],
            environment: ["PATH": "/usr/bin:/bin", "HOME": state.path])
        #expect(result.status == 3, "\(result.error)")
        #expect(
            result.error.contains("only 50 of ") && result.error.contains("the disk is full"),
            "\(result.error)")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    }
}
