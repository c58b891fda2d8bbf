import Testing

@testable import AgentCore

@Suite("Reconciliation: the decision table")
struct ReconciliationTests {
    private static let vm = ProviderResource(kind: "vm", id: "vm-1")
    private static let proven = Leftover(kind: "vm", id: "vm-1", isProven: true)
    private static let second = Leftover(kind: "vm", id: "vm-2", isProven: true)
    private static let maybe = Leftover(kind: "vm", id: "vm-9", isProven: false)

    @Test(
        "what has an id",
        arguments: [
            (true, true, true, Reconciliation.remove([vm])), (true, true, false, .remove([vm])),
            (true, false, true, .unproven([vm])), (true, false, false, .unproven([vm])),
            (false, true, true, .stays(vm)), (false, false, true, .stays(vm)),
            (false, true, false, .gone), (false, false, false, .gone),
        ])
    func known(canRemove: Bool, isStillOurs: Bool, isKnown: Bool, expected: Reconciliation) {
        #expect(
            .ofKnown(Self.vm, canRemove: canRemove, isStillOurs: isStillOurs, isKnown: isKnown) == expected)
    }

    /// Begun at 1000 s, answer awaited until 1100 s: settled at 1160 s; gone with its time to live at 1760 s.
    private static func intent(lifetime: String? = nil, deadline: Int64? = 1_100_000) -> ResourceLedger.Entry
    {
        ResourceLedger.Entry(
            key: "fake-vm-aa", change: .intent, provider: "fake", kind: "vm", id: nil, url: "",
            time: 1_000_000, marks: lifetime.map { ["ttl_seconds": $0] }, deadline: deadline)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let leftovers: [Leftover]
        var lifetime: String?
        var canRemove = true
        let now: Int64
        let expected: Reconciliation
    }

    static let rows = [
        Row(testDescription: "proven", leftovers: [proven], now: 1_000_000, expected: .remove([vm])),
        Row(
            testDescription: "proven, and others", leftovers: [maybe, proven, second], now: 1_000_000,
            expected: .remove([vm, second.resource])),
        Row(
            testDescription: "proven, cannot be removed", leftovers: [maybe, proven], canRemove: false,
            now: 1_000_000, expected: .stays(vm)),
        Row(
            testDescription: "proven, though past its time", leftovers: [proven], lifetime: "600",
            now: 9_000_000, expected: .remove([vm])),
        Row(
            testDescription: "may be ours", leftovers: [maybe], now: 1_000_000,
            expected: .unproven([maybe.resource])),
        Row(
            testDescription: "may be ours, settled", leftovers: [maybe], now: 9_000_000,
            expected: .unproven([maybe.resource])),
        Row(
            testDescription: "may be ours, within its time", leftovers: [maybe], lifetime: "600",
            now: 1_760_000, expected: .unproven([maybe.resource])),
        Row(
            testDescription: "not ours: past its time", leftovers: [maybe], lifetime: "600", now: 1_760_001,
            expected: .gone),
        Row(
            testDescription: "nothing yet", leftovers: [], now: 1_159_999,
            expected: .unsettled(until: 1_160_000)),
        Row(testDescription: "nothing any more", leftovers: [], now: 1_160_000, expected: .gone),
        Row(
            testDescription: "nothing, within its time", leftovers: [], lifetime: "600", now: 1_100_000,
            expected: .unsettled(until: 1_160_000)),
    ]

    @Test("an interrupted creation", arguments: rows)
    func interrupted(row: Row) {
        #expect(
            .ofIntent(
                Self.intent(lifetime: row.lifetime), row.leftovers, canRemove: row.canRemove, now: row.now)
                == row.expected)
    }

    @Test("without a deadline two minutes are assumed, and a minute more")
    func assumedDeadline() {
        #expect(
            Reconciliation.ofIntent(Self.intent(deadline: nil), [], canRemove: true, now: 1_000_000)
                == .unsettled(until: 1_180_000))
    }
}
