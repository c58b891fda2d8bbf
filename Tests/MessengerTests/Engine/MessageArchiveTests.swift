import Cryptography
import Foundation
import Marmot
import Nostr
import TestSupport
import Testing

@testable import Messenger

@Suite("MessageArchive")
struct MessageArchiveTests {
    private let directory = TemporaryDirectory()
    private let group: [UInt8] = [1, 2, 3]
    private var archive: MessageArchive { MessageArchive(directory: directory.path) }

    private func rumor(_ text: String, at time: Int64) -> Rumor {
        Rumor(author: TestKeys.bob.publicKey, createdAt: time, kind: .chatMessage, content: text)
    }

    private func event(_ text: String) throws -> Event {
        try rumor(text, at: 1).signed(by: TestKeys.bob, random: SeededRandom("archive"))
    }

    private func texts(_ messages: [StoredMessage]?) -> [String]? { messages?.map(\.rumor.content) }

    @Test("newest first by date, then by arrival; each once; pages")
    func order() throws {
        for (text, time) in [("b", 5), ("a", 4), ("c", 5), ("d", 9)] as [(String, Int64)] {
            try archive.add(StoredMessage(rumor: rumor(text, at: time), state: .received), to: group)
        }
        try archive.add(StoredMessage(rumor: rumor("a", at: 4), state: .received), to: group)
        #expect(texts(try archive.messages(of: group, limit: 9)) == ["d", "c", "b", "a"])
        #expect(texts(try archive.messages(of: group, limit: 2)) == ["d", "c"])
        #expect(
            texts(try archive.messages(of: group, limit: 9, before: rumor("c", at: 5).id)) == ["b", "a"])
        #expect(try archive.messages(of: group, limit: 9, before: rumor("x", at: 5).id) == nil)
        #expect(texts(try archive.messages(of: group, limit: 9, since: 5)) == ["d", "c", "b"])
        #expect(texts(try archive.messages(of: [9], limit: 9)) == [])
        let found = try archive.message(rumor("b", at: 5).id, in: [[9], group])
        #expect(found?.group == group && found?.message.rumor.content == "b")
    }

    @Test("a message of ours is pending until it is settled, also for the next run")
    func outgoing() throws {
        let (first, second) = (try event("one"), try event("two"))
        try archive.add(outgoing: rumor("one", at: 1), as: first, to: group)
        try archive.add(outgoing: rumor("two", at: 2), as: second, to: group)
        #expect(try archive.messages(of: group, limit: 9)?.map(\.state) == [.pending, .pending])
        #expect(Set(archive.outgoing().map(\.event.id)) == [first.id, second.id])
        archive.settle(first.id)
        archive.settle(second.id, hasFailed: true)
        #expect(archive.outgoing().isEmpty)
        #expect(try archive.messages(of: group, limit: 9)?.map(\.state) == [.failed, .sent])
    }

    @Test("damaged lines cost themselves, and files are ours alone")
    func damaged() throws {
        try archive.add(StoredMessage(rumor: rumor("a", at: 1), state: .received), to: group)
        let path = directory.file("messages/010203.ndjson")
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try ("{\"rumor\":\n" + text + "\u{0}\n").write(toFile: path, atomically: true, encoding: .utf8)
        #expect(texts(try archive.messages(of: group, limit: 9)) == ["a"])
        var status = stat()
        stat(directory.file("messages"), &status)
        #expect(status.st_mode & 0o777 == 0o700)
        try archive.add(outgoing: rumor("b", at: 1), as: try event("b"), to: [7])
        stat(directory.file("messages/07.ndjson"), &status)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test("the next run knows what has an answer, while that is in the outbox and after that")
    func answered() throws {
        let (asked, other) = (rumor("question", at: 1), rumor("other", at: 2))
        for rumor in [asked, other] {
            try archive.add(StoredMessage(rumor: rumor, state: .received), to: group)
        }
        try archive.add(outgoing: rumor("one", at: 1), as: try event("one"), to: group, answering: asked.id)
        #expect(archive.past(of: group).answered == [asked.id])
        #expect(archive.past(of: group).messages == [asked.id, other.id, rumor("one", at: 1).id])
        #expect(archive.past(of: [9]).answered.isEmpty)
        archive.settle(try event("one").id)
        #expect(archive.outgoing().isEmpty)
        #expect(archive.past(of: group).answered == [asked.id])
        #expect(texts(try archive.messages(of: group, limit: 9)) == ["other", "one", "question"])
    }
}
