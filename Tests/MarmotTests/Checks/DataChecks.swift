import Cryptography
import MLS
import Nostr
import TestSupport
import Testing

@testable import Marmot

@Suite("Refused group data — MIP-01, audit O, AB")
struct DataChecks {
    private let relays = MarmotGroupTests.relays

    private func data() throws -> GroupData {
        try GroupData(
            nostrGroupID: [UInt8](repeating: 1, count: 32), name: "g", description: "",
            admins: [TestKeys.alice.publicKey], relays: relays)
    }

    private func expect(_ id: String, _ change: (inout GroupData) -> Void) throws {
        var data = try data()
        change(&data)
        expectBroken(id) { try data.validate() }
    }

    @Test("of our own")
    func own() throws {
        try data().validate()
        try expect("MAR-DATA-01") { $0.nostrGroupID.removeLast() }
        try expect("MAR-DATA-02") { $0.name = String(repeating: "ä", count: 128) }
        try expect("MAR-DATA-03") { $0.description = String(repeating: "x", count: 2001) }
        try expect("MAR-DATA-04") { $0.relays = ["ws://user:password@127.0.0.1"] }
        var edge = try data()
        edge.name = String(repeating: "x", count: 255)
        edge.description = String(repeating: "x", count: 2000)
        try edge.validate()
    }

    @Test("of others")
    func received() throws {
        let changes: [(inout GroupData) -> Void] = [
            { $0.imageHash = [1] }, { $0.imageKey = [UInt8](repeating: 1, count: 31) },
            { $0.imageNonce = [UInt8](repeating: 1, count: 32) }, { $0.imageUploadKey = [1] },
        ]
        for change in changes {
            var data = try data()
            change(&data)
            expectBroken("MAR-DATA-05") { _ = try GroupData(from: [data.asExtension]) }
        }
        expectBroken("MAR-DATA-06") { _ = try GroupData(from: []) }
        let bytes = try data().encoded
        for malformed in [bytes + [0], Array(bytes.dropLast()), [0, 0] + bytes.dropFirst(2), []] {
            expectBroken("MAR-DATA-07") {
                _ = try GroupData(from: [Extension(type: .marmotGroupData, data: malformed)])
            }
        }
        // Names that only we find too long are read: whoever refuses them is left behind.
        var long = try data()
        long.name = String(repeating: "x", count: 300)
        #expect(try GroupData(from: [long.asExtension]) == long)
        // An admin who is no account is kept as it is.
        var offCurve = try data()
        offCurve.admins.append(try XOnlyKey(unverified: [UInt8](repeating: 0xff, count: 32)))
        #expect(try GroupData(from: [offCurve.asExtension]).encoded == offCurve.encoded)
    }
}
