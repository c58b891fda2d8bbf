import Vocabulary
import Testing

@testable import AgentCore

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
        plan.add(try FaultRule(words: ["relay"], values: ["latency": "100ms", "jitter": "50ms"]))
        for _ in 0..<20 {
            guard case .latency(let time, _)? = plan.next(.relay) else {
                Issue.record("no latency")
                return
            }
            #expect(time >= .milliseconds(100) && time <= .milliseconds(150))
        }
    }

    @Test("what is unknown, contradicts itself or cannot happen is refused with a sentence")
    func refused() {
        let wrong: [([String], [String: String])] = [
            ([], [:]), (["relays", "drop"], [:]), (["relay"], [:]), (["relay", "drop", "dup"], [:]),
            (["relay", "drop"], ["status": "500"]), (["relay", "status"], ["latency": "1s"]),
            (["http", "dup"], [:]), (["keypackage"], ["status": "500"]), (["boot", "dup"], [:]),
            (["http"], ["status": "99"]), (["http"], ["status": "x"]), (["http"], ["latency": "soon"]),
            (["http", "hang"], ["p": "2"]), (["http", "hang"], ["p": "nan"]),
            (["http", "hang"], ["times": "0"]),
            (["http", "hang"], ["retry-after": "1"]), (["http"], ["status": "429", "jitter": "1s"]),
        ]
        for (words, values) in wrong {
            #expect(throws: Failure.self, "\(words) \(values)") {
                try FaultRule(words: words, values: values)
            }
        }
    }

    @Test("every kind that a stage allows can be said")
    func allowed() throws {
        for stage in FaultStage.allCases {
            for kind in stage.kinds {
                let values = [FaultKind.status: ["status": "503"], .latency: ["latency": "1s"]][kind] ?? [:]
                let words = values.isEmpty ? [stage.rawValue, kind.rawValue] : [stage.rawValue]
                #expect(try FaultRule(words: words, values: values).action.kind == kind)
            }
        }
    }
}
