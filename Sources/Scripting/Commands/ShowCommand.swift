import Vocabulary

/// A host that knows what is inside of events.
package protocol EventExplaining: Sendable {
    /// One row for each layer of an event, outermost first; empty for what is none.
    func layers(ofEvent json: String) async -> [(label: String, text: String)]
}

/// `show [N|ID]`
struct ShowCommand: Command {
    /// How many `show` alone lists.
    private static let listed = 20

    var description: CommandDescription {
        var description = CommandDescription("show", "opens one exchange or event that went over the wire")
        description.words = .list("N|ID", required: false)
        description.maximumWords = 1
        description.repetition = .instant
        description.parameters = [Parameter("full", .flag, "the whole body", default: "no")]
        description.results = [("count", "how many lines it has in the trace"), ("number", "its number")]
        description.details = [
            "N is the number behind a line of the trace, ID the beginning of an event's id; without either, the latest are listed.",
            "Of an event it also tells what is inside, layer by layer, and why it was refused.",
        ]
        description.examples = ["show", "show 14", "show 3f9a1c02 full=yes"]
        description.onlyLooks = true
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let log = script.host.log
        guard let word = call.words.first else {
            let latest = log.trace.latest(Self.listed, of: Set(TraceChannel.allCases))
            await script.emit(
                .result(rows: latest.isEmpty ? ["nothing has gone over the wire yet"] : latest.map(\.row)))
            return ["count": .number(latest.count)]
        }
        let entries = try Self.entries(word, in: log.trace)
        var rows: [String] = []
        for entry in entries {
            rows.append(entry.row)
            let limit = call.values.flag("full") ? Int.max / 2 : 2048
            rows += entry.details(limitBytes: limit, log.masking).map { "    \($0)" }
        }
        for event in Self.events(in: entries) {
            let layers = await (script.host as? any EventExplaining)?.layers(ofEvent: event) ?? []
            let width = layers.map(\.label.count).max() ?? 0
            rows += layers.map {
                "  " + $0.label.padding(toLength: width, withPad: " ", startingAt: 0) + "  \($0.text)"
            }
        }
        await script.emit(.result(rows: rows))
        return ["count": .number(entries.count), "number": .number(entries[0].number)]
    }

    /// - Throws: `Failure` (usage) for what is not there.
    private static func entries(_ word: String, in trace: TraceBook) throws -> [TraceEntry] {
        let text = word.hasPrefix("#") ? String(word.dropFirst()) : word
        if let number = Int(text), text.count < 8 {
            let entries = trace.entries(number: number)
            guard entries.isEmpty else { return entries }
            throw Failure(
                .usage, "there is no #\(number): the latest is #\(trace.nextNumber - 1)",
                hints: ["`show` lists the latest; older ones are forgotten"])
        }
        guard text.count >= 4, text.allSatisfy(\.isHexDigit) else {
            throw Failure(
                .usage, "\(word) is neither a number of the trace nor the beginning of an event's id")
        }
        let entries = trace.entries(idPrefix: text.lowercased())
        guard entries.isEmpty else { return entries }
        throw Failure(
            .usage, "no event \(text) has gone over the wire here",
            hints: ["`decode \(text)` asks the relays for it"])
    }

    /// The JSON of the events in relay messages, each once.
    private static func events(in entries: [TraceEntry]) -> [String] {
        var seen: Set<String> = []
        return entries.compactMap { entry -> String? in
            guard entry.channel == .relay, let id = entry.ids.first(where: { $0.count == 64 }),
                entry.bodyBytes == entry.body.utf8.count, seen.insert(id).inserted,
                let start = entry.body.firstIndex(of: "{"), let end = entry.body.lastIndex(of: "}")
            else { return nil }
            return String(entry.body[start...end])
        }
    }
}

extension TraceEntry {
    /// `18:34:40.113  #14  → POST …`
    fileprivate var row: String {
        "\(ClockText.time(time)).\(String(1000 + Int(time % 1000)).dropFirst())  #\(number)  \(channel.rawValue)  \(line)"
    }
}
