import Vocabulary
import AgentCore
import Cryptography
import Foundation
import Marmot
import Nostr

/// Files in the state directory that are damaged or were written by somebody else.
extension Targets {
    static func stateFiles() throws -> [FuzzTarget] {
        let directory = "\(NSTemporaryDirectory())/pika-fuzz-\(getpid())"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let key = try Secp256k1SecretKey(SecretBytes([UInt8](repeating: 1, count: 32)))
        @Sendable func with(_ bytes: [UInt8], at name: String, _ body: (String) throws -> Void) throws {
            let path = "\(directory)/\(name)"
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            try body(path)
        }
        return [
            FuzzTarget("state-file", seeds: [StateFile.encode(kind: "group", version: 1, [1, 2, 3])]) {
                _ = try StateFile.decode($0, kind: "group", newestVersion: 1, path: "x")
            },
            FuzzTarget(
                "sync-file",
                seeds: bytes(
                    #"{"version":1,"groups":{"aa":{"wss://a":{"readAt":5,"searchedAt":5,"latest":["ff","0"]}}}}"#
                )
            ) { bytes in
                try with(bytes, at: "sync.json") { path in
                    let file = SyncMarkFile(path: path)
                    try file.save(file.marks(of: "aa"), of: "aa")
                }
            },
            FuzzTarget("identity-file", seeds: bytes(Identity.json(for: key))) { bytes in
                try with(bytes, at: "identity.json") { _ = try Identity.load(from: $0, random: random) }
            },
            FuzzTarget(
                "ledger",
                seeds: bytes(
                    #"{"time":1,"key":"k-0011","provider":"fly","change":"intent","kind":"vm","url":"http://a","deadline":5,"marks":{"a":"b"}}"#
                        + "\n")
            ) { bytes in
                try with(bytes, at: "ledger.ndjson") { path in
                    for entry in try ResourceLedger.entries(at: path) { _ = entry.settled }
                }
            },
        ]
    }
}
