/// An event as it leaves the log: with its time, and with every known secret masked.
public struct EventRecord: Equatable, Sendable {
    /// Milliseconds since 1970.
    public let time: Int64
    /// What happened.
    public let event: LogEvent

    package init(time: Int64, event: LogEvent) { (self.time, self.event) = (time, event) }

    /// One JSON object: the event's fields, its name as `event`, `time`, `session` (null where it concerns none),
    /// and `branch` where parts of a script run at the same time.
    public var json: String { EventValue.record(members).json }

    /// The same, with more members.
    package func json(adding more: [String: EventValue]) -> String {
        EventValue.record(members.merging(more) { $1 }).json
    }

    /// The same, with the length of confidential texts in place of what they say.
    package var jsonWithoutConversation: String {
        var all = members
        for name in event.confidential {
            all[name] = .text("(\(all[name]?.description.count ?? 0) characters)")
        }
        return EventValue.record(all).json
    }

    private var members: [String: EventValue] {
        var all = event.fields
        all["event"] = .text(event.name)
        all["time"] = .number(Int(time))
        all["session"] = EventValue(event.session)
        if let branch = event.branch { all["branch"] = .text(branch) }
        return all
    }
}
