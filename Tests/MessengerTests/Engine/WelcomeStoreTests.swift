import Foundation
import Marmot
import Nostr
import TestSupport
import Testing

@testable import Messenger

@Suite("WelcomeStore")
struct WelcomeStoreTests {
    private let directory = TemporaryDirectory()

    private func invitation(_ number: Int, group: String) -> Invitation {
        let rumor = Rumor(
            author: TestKeys.bob.publicKey, createdAt: Int64(number), kind: .welcome, content: "\(number)")
        return Invitation(wrapID: rumor.id, rumor: rumor, nostrGroupID: group, groupName: "g\(number)")
    }

    @Test("what waits is there in the next run, once; what is settled is gone, with its file")
    func life() throws {
        var store = WelcomeStore(directory: directory.path)
        let (one, two, other) = (
            invitation(1, group: "aa"), invitation(2, group: "aa"), invitation(3, group: "bb")
        )
        for (number, invitation) in [one, two, other, one].enumerated() {
            try store.add(invitation, now: Int64(number))
        }
        #expect(store.pending == [one, two, other])
        #expect(WelcomeStore(directory: directory.path).pending == [one, two, other])
        #expect(store.invitation(one.rumor.id) == one && store.invitation(other.wrapID) == other)
        store.settle("aa")
        #expect(store.pending == [other])
        #expect(WelcomeStore(directory: directory.path).pending == [other])
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.file("welcomes"))
        #expect(names == ["\(other.wrapID.hex).json"])
    }

    @Test("a damaged file costs itself; one that cannot be written is known in this run")
    func damaged() throws {
        var store = WelcomeStore(directory: directory.path)
        try store.add(invitation(1, group: "aa"), now: 1)
        try "{".write(toFile: directory.file("welcomes/x.json"), atomically: true, encoding: .utf8)
        #expect(WelcomeStore(directory: directory.path).pending.count == 1)
        var nowhere = WelcomeStore(directory: directory.file("missing"))
        #expect(throws: (any Error).self) { try nowhere.add(invitation(2, group: "bb"), now: 1) }
        #expect(nowhere.pending.count == 1)
    }
}
