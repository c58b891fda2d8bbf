import Cryptography
import Foundation
import Nostr
import TestSupport
import Testing

@testable import AgentCore

@Suite("sync.json")
struct SyncMarkFileTests {
    private let directory = TemporaryDirectory()
    private var path: String { directory.file("sync.json") }

    private func mark(_ count: Int) throws -> (RelayURL, SyncMark) {
        var mark = SyncMark(readAt: 7, searchedAt: 3)
        for number in 0..<count {
            let id = try #require(
                EventID([UInt8(number / 256)] + [UInt8](repeating: UInt8(number % 256), count: 31)))
            mark.add(id, now: 9)
        }
        return (try RelayURL("wss://a.example"), mark)
    }

    @Test("what was kept is there in the next run, by group and relay; only the latest events are kept")
    func kept() throws {
        let (relay, mark) = try mark(900)
        try SyncMarkFile(path: path).save(SyncMarks([relay: mark]), of: "aa")
        let found = SyncMarkFile(path: path).marks(of: "aa").byRelay[relay]
        #expect(found?.readAt == 9 && found?.searchedAt == 3)
        #expect(found.map { Array($0.latest) } == Array(mark.latest) && mark.latest.count == 512)
        #expect(SyncMarkFile(path: path).marks(of: "bb") == SyncMarks())
    }

    @Test(
        "a damaged file counts as none, and is replaced",
        arguments: [
            "", "{", "[]", #"{"version":2,"groups":{}}"#,
            #"{"version":1,"groups":{"aa":{"wss://a.example":{"readAt":-9223372036854775808,"searchedAt":1,"latest":[]}}}}"#,
            #"{"version":1,"groups":{"aa":{"file:///x":{"readAt":1,"searchedAt":1,"latest":["zz"]}}}}"#,
        ])
    func damaged(text: String) throws {
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        let file = SyncMarkFile(path: path)
        #expect(file.marks(of: "aa") == SyncMarks())
        let (relay, mark) = try mark(1)
        try file.save(SyncMarks([relay: mark]), of: "aa")
        #expect(SyncMarkFile(path: path).marks(of: "aa").byRelay[relay]?.readAt == 9)
    }

    @Test("what a relay keeps back is not marked as read; live events are, for the relays that sent them")
    func processed() throws {
        let (relay, mark) = try mark(0)
        let id = try #require(EventID([UInt8](repeating: 5, count: 32)))
        var marks = SyncMarks()
        marks.processed(.read(relay, mark, gaps: [1...1]), now: 20)
        #expect(marks.byRelay.isEmpty)
        marks.processed(.read(relay, mark, gaps: []), now: 20)
        marks.processed(.known(id, by: relay), now: 30)
        #expect(marks.byRelay[relay].map { Array($0.latest) } == [EventMark(id)])
        #expect(marks.byRelay[relay]?.readAt == 30)
    }
}
