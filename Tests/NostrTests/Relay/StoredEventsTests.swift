import Testing

@testable import Nostr

@Suite("StoredEvents")
struct StoredEventsTests {
    @Test(
        "are held back until their end and come oldest first, those of one second by id; live ones come at once"
    )
    func order() throws {
        let events = try [3, 1, 2, 2, 2].enumerated().map { try SampleEvents.at($1, "\($0)") }
        let live = try SampleEvents.at(0, "live")
        var stored = StoredEvents()
        #expect(stored.inOrder(.requested).isEmpty && !stored.isExpecting)
        for event in events { #expect(stored.inOrder(.event(event)).isEmpty) }
        #expect(stored.isExpecting)
        let ordered =
            [events[1]] + events[2...].sorted { $0.id < $1.id } + [events[0]]
        #expect(stored.inOrder(.endOfStoredEvents) == ordered.map(RelayDelivery.event) + [.endOfStoredEvents])
        #expect(stored.inOrder(.event(live)) == [.event(live)])
    }

    @Test("what came before the relay closed, fell silent or was asked again is not lost")
    func otherEnds() throws {
        let event = try SampleEvents.at(1, "x")
        for (end, rest) in [
            (
                RelayDelivery.closed("error: x", isFinal: false),
                [RelayDelivery.closed("error: x", isFinal: false)]
            ),
            (.requested, []),
        ] {
            var stored = StoredEvents()
            _ = stored.inOrder(.requested)
            _ = stored.inOrder(.event(event))
            #expect(stored.inOrder(end) == [.event(event)] + rest)
        }
        var stored = StoredEvents()
        _ = stored.inOrder(.requested)
        #expect(stored.fellSilent().isEmpty)
        _ = stored.inOrder(.event(event))
        #expect(stored.fellSilent() == [.event(event)])
        #expect(stored.inOrder(.event(event)) == [.event(event)])
    }
}
