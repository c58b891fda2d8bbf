import TestSupport
import Testing

@testable import Nostr

@Suite("ids of events as text — NIP-19")
struct EventTextTests {
    private let id = [UInt8](0..<32)

    private func nevent(_ parts: [UInt8]) -> String { Bech32.encode(prefix: "nevent", parts) }

    @Test("nevent has its id among other parts, in any order; relays and unknown parts are skipped")
    func nevents() throws {
        let relay = [1, 3] + Array("r.x".utf8)
        let whole = [0, 32] + id
        for parts in [whole, relay + whole, whole + relay, [7, 0] + relay + whole + [2, 1, 9]] {
            #expect(try KeyText.eventID(nevent(parts)).bytes == id)
            #expect(try KeyText.eventID(nevent(parts).uppercased()).bytes == id)
        }
    }

    @Test("note1 and hexadecimal digits are the same id")
    func notes() throws {
        let note = Bech32.encode(prefix: "note", id)
        let event = try KeyText.eventID(note)
        #expect(event.bytes == id)
        #expect(try KeyText.eventID(event.hex) == event)
    }

    @Test("what has no id of 32 bytes is refused")
    func refused() {
        for parts in [
            [], [0], [0, 31] + id.dropLast(), [1, 32] + id, [0, 32] + id.dropLast(), [1, 200, 0, 32] + id,
        ]
            as [[UInt8]]
        {
            #expect(throws: KeyText.Failure.self) { try KeyText.eventID(nevent(parts)) }
        }
        for text in ["", "note1", "npub1x", "zz", Bech32.encode(prefix: "npub", id)] {
            #expect(throws: KeyText.Failure.self) { try KeyText.eventID(text) }
        }
    }
}
