import AgentCore
import Scripting
import Vocabulary
import Foundation
import Marmot
import Nostr

/// `decode EVENT`
struct DecodeCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription(
            "decode", "explains an event layer by layer, and why it can or cannot be decrypted here")
        description.words = .list("EVENT", required: true)
        description.results = [
            ("verdict", "readable, closed, refused or open"), ("id", "the event's id"), ("kind", "its kind"),
            ("why", "the last line"),
        ]
        description.examples = ["decode event.json", "decode note1…", "decode 64-hex-digits"]
        description.details = [
            "EVENT is a file with its JSON, its id (note1…, nevent1… or hexadecimal; the relays are asked for it), or the JSON itself.",
            "Nothing changes: no key is used up, and no group advances.",
        ]
        description.onlyLooks = true
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let (session, _) = try await script.agents.sessions.open(named: SessionScope.name)
        let event = try await session.event(try Self.source(call.text))
        let explanation = await session.environment.client.explain(event)
        let width = explanation.lines.map(\.label.count).max() ?? 0
        let lines = explanation.lines.map { label, text in
            label + String(repeating: " ", count: width - label.count + 2) + text
        }
        await script.emit(.result(rows: lines))
        return [
            "verdict": .text(explanation.verdict.rawValue), "id": .text(event.id.hex),
            "kind": .number(Int(event.kind.rawValue)), "why": .text(explanation.lines.last?.text ?? ""),
        ]
    }

    /// A file's content where there is one of that name.
    private static func source(_ text: String) throws -> String {
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard trimmed.first != "{", FileManager.default.fileExists(atPath: trimmed) else { return trimmed }
        var status = stat()
        guard stat(trimmed, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= 4 << 20
        else {
            throw Failure(.usage, "\(trimmed) is not a regular file of at most 4 MiB")
        }
        guard let bytes = try AtomicFile.read(trimmed) else { return trimmed }
        let content = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard content.first == "{" else {
            throw Failure(.usage, "\(trimmed) does not hold an event: the JSON of one begins with {")
        }
        return content
    }
}
