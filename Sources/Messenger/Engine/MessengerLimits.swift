/// Bounds of what the messenger does.
struct MessengerLimits: Sendable {
    /// How long a relay has to confirm an event.
    var publish: Duration = .seconds(10)
    /// How long relays have to tell what they have.
    var fetch: Duration = .seconds(10)
    /// Relays of one group that we connect to …
    var relaysPerGroup = 4
    /// … and relays in all.
    var relays = 32
    /// Messages that are older are not sent any more.
    var outboxAgeSeconds: Int64 = 3 * 86_400
    /// How long one try to send them lasts.
    var outboxRound: Duration = .seconds(30)
}
