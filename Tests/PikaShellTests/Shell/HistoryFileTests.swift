import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import PikaShell

@Suite("the history's file")
struct HistoryFileTests {
    private let directory = TemporaryDirectory()
    private let masking = Masking()
    private var path: String { directory.file("history") }
    private var history: HistoryFile { HistoryFile(path: path, masking: masking) }

    private var mode: Int? {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions] as? Int
    }

    @Test("lines in their order, for us alone; blank ones are left out")
    func lines() throws {
        #expect(history.lines().isEmpty)
        for line in ["one", "", "  ", " two "] { history.append(line) }
        #expect(history.lines() == ["one", " two "])
        #expect(mode == 0o600)
    }

    @Test("a file that others could read is closed to them")
    func closed() throws {
        try "old\n".write(toFile: path, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        history.append("new")
        #expect(mode == 0o600 && history.lines() == ["old", "new"])
    }

    @Test("a line with a secret is not written; one that was written before its secret was known is not read")
    func secrets() throws {
        history.append("say hunter2secret")
        masking.add("hunter2secret")
        masking.add("hunter3secret")
        history.append("say hunter3secret")
        history.append("kept")
        #expect(history.lines() == ["kept"])
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "say hunter2secret\nkept\n")
    }

    @Test("the last ones are read back, and no more than the limit")
    func limit() throws {
        let all = (0..<HistoryFile.limit + 3).map { "line \($0)" }
        try all.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
        #expect(history.lines() == Array(all.suffix(HistoryFile.limit)))
    }

    @Test("one that cannot be written disturbs nobody")
    func unwritable() {
        let nowhere = HistoryFile(path: directory.file("no/such/file"), masking: masking)
        nowhere.append("x")
        #expect(nowhere.lines().isEmpty)
    }
}
