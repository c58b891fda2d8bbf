import Foundation
import Vocabulary

/// A host that keeps what happened in earlier runs.
package protocol JournalKeeping: Sendable {
    /// The journal's lines of an earlier run, the newest one where the name is `old`; nil where there is none.
    ///
    /// - Throws: `Failure` for a journal that cannot be read.
    func journal(of session: String) throws -> String?
}

/// `timeline [LAST]`
struct TimelineCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("timeline", "tells what happened when, and how long it took")
        description.words = .list("LAST", required: false)
        description.maximumWords = 1
        description.repetition = .instant
        description.parameters = [
            Parameter(
                "session", .text, "of that session only; `old`: of the run before this one, from the journal"),
            Parameter("html", .text, "writes a page with it to a new file"),
        ]
        description.results = [("count", "how many rows it has"), ("path", "the page")]
        description.details = [
            "LAST is how many commands back it goes; without it, to the beginning, or as far as the last 2000 to 4000 events reach."
        ]
        description.examples = ["timeline", "timeline 5", "timeline session=old", "timeline html=run.html"]
        description.onlyLooks = true
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        var timeline = try await timeline(of: call.values.text("session"), script)
        if let word = call.words.first {
            guard let count = Int(word), count > 0 else {
                throw Failure(.usage, "\(word) is not a number of commands")
            }
            timeline = timeline.last(count)
        }
        guard let path = call.values.text("html") else {
            await script.emit(.result(rows: timeline.lines(columns: script.settings.columns)))
            return ["count": .number(timeline.rows.count)]
        }
        try NewFile.write(timeline.page(title: "timeline"), to: path)
        await script.emit(.result("\(timeline.rows.count) rows drawn in \(path)"))
        return ["count": .number(timeline.rows.count), "path": .text(path)]
    }

    private func timeline(of session: String?, _ script: Interpreter) async throws -> Timeline {
        let all = script.trail.entries(from: 0).map(\.record)
        guard let session else { return Timeline(events: all) }
        let ours = all.filter { $0.event.session == session }
        guard ours.isEmpty else { return Timeline(events: ours) }
        guard let keeper = script.host as? any JournalKeeping, let text = try keeper.journal(of: session)
        else {
            throw Failure(
                .usage, "nothing is known of a session \(session)",
                hints: [
                    script.host.isMock
                        ? "the mock world leaves nothing behind: there is no earlier run"
                        : "`sessions` lists those of this run; session=old is the run before this one"
                ])
        }
        return Timeline(journal: text)
    }
}
