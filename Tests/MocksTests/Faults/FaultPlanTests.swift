import Testing

@testable import Mocks

@Suite("FaultPlan")
struct FaultPlanTests {
    @Test("strikes after= chances, times= times, at its stage only")
    func counting() {
        var plan = FaultPlan()
        var rule = FaultRule(.spawn, .drop)
        rule.after = 2
        rule.times = 1
        plan.add(rule)
        #expect(plan.next(.http) == nil)
        #expect((0..<5).map { _ in plan.next(.spawn) } == [nil, nil, .drop, nil, nil])
        plan.clear()
        #expect(plan.next(.spawn) == nil)
    }

    @Test("the same seed chooses the same victims, another seed others")
    func probability() {
        func victims(_ seed: UInt64) -> [Bool] {
            var plan = FaultPlan()
            var rule = FaultRule(.agent, .dup)
            rule.probability = 0.3
            rule.seed = seed
            plan.add(rule)
            return (0..<200).map { _ in plan.next(.agent) != nil }
        }
        #expect(victims(7) == victims(7) && victims(7) != victims(8))
        #expect((30...90).contains(victims(7).filter { $0 }.count))
    }

    @Test("jitter adds up to itself")
    func jitter() throws {
        var plan = FaultPlan()
        plan.add(try FaultRule(stage: .relay, values: ["latency": "100ms", "jitter": "50ms"]))
        for _ in 0..<20 {
            guard case .latency(let time, _)? = plan.next(.relay) else {
                Issue.record("no latency")
                return
            }
            #expect(time >= .milliseconds(100) && time <= .milliseconds(150))
        }
        #expect(throws: (any Error).self) { try FaultRule(stage: .relay, values: [:]) }
    }
}
