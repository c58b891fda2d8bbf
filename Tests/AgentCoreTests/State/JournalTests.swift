import Foundation
import Marmot
import TestSupport
import Testing
import Vocabulary

@testable import AgentCore

@Suite("Journal")
struct JournalTests {
    private let directory = TemporaryDirectory()

    private func text(_ path: String) throws -> String {
        String(decoding: try #require(try AtomicFile.read(path)), as: UTF8.self)
    }

    private func write(to path: String) throws {
        let journal = try Journal(path: path)
        let log = EventLog()
        log.listen { journal.write($0) }
        log.emit(.attached(npub: "npub1x"))
    }

    @Test("what people say to each other is not in it; what happened is, one object a line")
    func conversation() throws {
        let path = directory.file("journal.ndjson")
        let journal = try Journal(path: path)
        let log = EventLog()
        log.listen { journal.write($0) }
        log.emit(.sent(text: "a private word", relay: "ws://127.0.0.1:1"))
        log.emit(.reply(text: "another private word", sender: "npub1x"))
        log.emit(.attached(npub: "npub1x"))
        let written = try text(path)
        #expect(!written.contains("private"))
        let lines = written.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[0].contains("(14 characters)") && lines[0].contains("ws://127.0.0.1:1"))
        for line in lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test("one that has grown large is put aside; a smaller one is continued")
    func rotation() throws {
        let path = directory.file("journal.ndjson")
        try Data("earlier\n".utf8).write(to: URL(fileURLWithPath: path))
        try write(to: path)
        #expect(try text(path).hasPrefix("earlier\n{"))
        try Data(count: (8 << 20) + 1).write(to: URL(fileURLWithPath: path))
        try write(to: path)
        #expect(try text(path).hasPrefix("{"))
        let old = try FileManager.default.attributesOfItem(atPath: path + ".old")[.size] as? Int
        #expect(old == (8 << 20) + 1)
    }
}
