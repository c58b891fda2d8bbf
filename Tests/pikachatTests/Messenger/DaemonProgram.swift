import Foundation
import Synchronization
import TestSupport
import Testing

/// `pikachat daemon` under way, and its lines.
final class DaemonProgram: Sendable {
    let state: TemporaryDirectory
    let program: RunningProgram
    /// Lines that were looked at.
    private let taken = Mutex(0)

    init(_ arguments: [String], relay: String, state: TemporaryDirectory = TemporaryDirectory()) throws {
        self.state = state
        program = try Pikachat.start(
            ["daemon", "--relay", relay, "--state-dir", state.file("account")] + arguments, stdin: nil,
            state: state)
    }

    func send(_ line: String) { program.send(line + "\n") }

    /// The next line of this type, or of any where it is empty; those before it are passed over.
    func next(_ type: String, _ where: @escaping @Sendable (String) -> Bool = { _ in true }) async throws
        -> Reply
    {
        let start = taken.withLock { $0 }
        @Sendable func find(_ text: String) -> (place: Int, line: String)? {
            // A line without its end is not there yet.
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            for (place, line) in lines.enumerated().dropFirst(start)
            where (type.isEmpty || line.contains("\"type\":\"\(type)\"")) && `where`(String(line)) {
                return (place, String(line))
            }
            return nil
        }
        _ = await program.waitFor { find($0) != nil }
        let found = try #require(
            find(program.outputSoFar), "no \(type) in \(program.outputSoFar)\n\(program.errorSoFar)")
        taken.withLock { $0 = found.place + 1 }
        return try Reply(found.line)
    }

    /// Whether a line of this type came behind those that were looked at.
    func has(_ type: String) -> Bool {
        program.outputSoFar.split(separator: "\n").dropFirst(taken.withLock { $0 })
            .contains { $0.contains("\"type\":\"\(type)\"") }
    }

    /// The account's public key.
    func key() async throws -> String {
        send(#"{"cmd":"get_profile","request_id":"key"}"#)
        return try await next("", { $0.contains("\"request_id\":\"key\"") })["pubkey"]
    }

    func finish() async -> RunningProgram.Result { await program.finish() }

    /// One line of the daemon.
    struct Reply: Sendable {
        let text: String
        private let fields: [String: String]

        /// Texts and numbers at the top, and in `result`.
        init(_ line: String) throws {
            text = line
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
            var fields: [String: String] = [:]
            for (name, value) in object { fields[name] = "\(value)" }
            for (name, value) in object["result"] as? [String: Any] ?? [:] { fields[name] = "\(value)" }
            self.fields = fields
        }

        subscript(_ name: String) -> String { fields[name] ?? "" }
    }
}
