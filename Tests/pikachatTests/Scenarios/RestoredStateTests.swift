import Foundation
import Mocks
import TestSupport
import Testing

/// A state directory that is put back from a copy, as after a restored backup or a cloned machine.
@Suite("A restored state directory", .serialized)
struct RestoredStateTests {
    private let state = TemporaryDirectory()

    private var directory: String { state.file("pikachat") }
    private var backup: String { state.file("backup") }

    private func copy() throws {
        try? FileManager.default.removeItem(atPath: backup)
        try FileManager.default.copyItem(atPath: directory, toPath: backup)
    }

    private func restore() throws {
        try FileManager.default.removeItem(atPath: directory)
        try FileManager.default.copyItem(atPath: backup, toPath: directory)
    }

    @Test(
        "refuses to say what would use a key twice, or what nobody would read, and names the one command to go on"
    )
    func restored() async throws {
        try await KeptChat.with(state) { _, run in
            try copy()
            #expect(try await run(["do", "say", "from the original"]).status == 0)
            try restore()
            for command in [["say", "again"], ["group", "rename", "x"]] {
                let refused = try await run(["do"] + command)
                #expect(
                    refused.status == 4
                        && refused.error.contains("the state directory is an old copy")
                        && refused.error.contains("group renew"), "\(refused.status) \(refused.error)")
            }
            let keys = try await run(["do", "group", "renew"])
            #expect(keys.status == 0, "\(keys.error)")
            #expect(try await run(["do", "say", "with fresh keys"]).status == 0)

            try copy()
            #expect(try await run(["do", "group", "rename", "new"]).status == 0)
            #expect(try await run(["do", "say", "in the new epoch"]).status == 0)
            try restore()
            let lost = try await run(["do", "say", "in an epoch that is over"])
            #expect(
                lost.status == 4 && lost.error.contains("group renew"),
                "\(lost.status) \(lost.error)")
            let renewed = try await run(["do", "group", "renew"])
            #expect(renewed.status == 0, "\(renewed.error)")
            let said = try await run(["do", "say", "in a new group"])
            #expect(said.status == 0, "\(said.error)")
            let list = try await run(["do", "group", "list"])
            #expect(list.output.contains("replaced by another group"), "\(list.output)")
        }
    }
}
