import Vocabulary

/// `trace [CHANNEL…] [on|off|full]`
struct TraceCommand: Command {
    /// Stands for every channel.
    private static let all = "all"

    private static var channels: [String] { TraceChannel.allCases.map(\.rawValue) + [all] }

    var description: CommandDescription {
        var description = CommandDescription("trace", "shows what goes over the wire, while it happens")
        description.words = .list("\(Self.channels.joined(separator: "|")) [on|off|full]", required: false)
        description.choices = Self.channels
        description.repetition = .instant
        description.isDeclaration = true
        description.details = [
            "http: requests and answers; relay: messages to and from relays; mls: what group events come to; jobs: programs and what they print.",
            "full adds headers and bodies. Without words it tells what is on. Secrets are masked.",
            "#N behind a line is its number: `show N` opens it, whether it was traced or not.",
        ]
        description.examples = ["trace http", "trace relay full", "trace all off"]
        description.onlyLooks = true
        return description
    }

    func choices(after words: [String], in catalogue: CommandCatalogue) -> [String] {
        words.isEmpty ? Self.channels : TraceDetail.allCases.map(\.rawValue)
    }

    func problem(in call: WrittenCall) -> WordProblem? {
        for word in call.words {
            guard let text = word.literal, Self.channel(text) == nil, TraceDetail(rawValue: text) == nil
            else {
                continue
            }
            let known = Self.channels + TraceDetail.allCases.map(\.rawValue)
            return WordProblem(
                "there is nothing called \(text) to trace", at: word,
                hints: [
                    Suggestion.nearest(to: text, among: known).map { "did you mean \($0)?" },
                    "known: \(known.joined(separator: ", "))",
                ].compactMap { $0 })
        }
        return nil
    }

    private static func channel(_ text: String) -> [TraceChannel]? {
        text == all ? TraceChannel.allCases : TraceChannel(rawValue: text).map { [$0] }
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let trace = script.host.log.trace
        try Self.apply(call.words, to: trace)
        if call.words.isEmpty {
            await script.emit(
                .result(
                    rows: TraceChannel.allCases.map { "\($0.rawValue)  \(trace.detail(of: $0).rawValue)" }))
        }
        return [:]
    }

    /// Sets what words such as `http relay full` say.
    ///
    /// - Throws: `Failure` (usage) for words that mean nothing here.
    static func apply(_ words: [String], to trace: TraceBook) throws {
        var channels: [TraceChannel] = []
        var detail = TraceDetail.on
        for (index, word) in words.enumerated() {
            if let named = channel(word) {
                channels += named
            } else if let wanted = TraceDetail(rawValue: word), index == words.count - 1, index > 0 {
                detail = wanted
            } else {
                throw Failure(
                    .usage, "trace does not understand \(word)",
                    hints: [
                        "for example: trace http full; channels: \(Self.channels.joined(separator: ", "))"
                    ])
            }
        }
        for channel in channels { trace.set(channel, detail) }
    }
}

extension TraceBook {
    /// What `--trace` says: `http`, `http,relay`, `all=full`.
    ///
    /// - Throws: `Failure` (usage).
    package func apply(option text: String) throws {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init)
        try TraceCommand.apply(
            parts[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                + parts.dropFirst(), to: self)
    }
}
